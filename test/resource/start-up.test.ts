import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../support/captures.ts';

const LIMIT_MS = 30;
const ROUNDS = 9;

function timeMs(args: readonly string[]): number {
  const env: NodeJS.ProcessEnv = { ...process.env };
  delete env['NODE_EXTRA_CA_CERTS'];
  const begun = performance.now();
  spawnSync(process.execPath, args, { env, stdio: 'ignore' });
  return performance.now() - begun;
}

it(`--help answers within ${LIMIT_MS} ms of node itself`, () => {
  const bare: number[] = [];
  const help: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(timeMs(['-e', '0']));
    help.push(timeMs([join(ROOT, 'bin/natsarc.js'), '--help']));
  }
  // The fastest of each: what else the machine does only makes them slower.
  const [least, own] = [Math.min(...bare), Math.min(...help)];
  console.log(`node -e 0: ${least.toFixed(0)} ms, natsarc --help: ${own.toFixed(0)} ms`);
  expect(own - least).toBeLessThan(LIMIT_MS);
});
