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

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

it(`--help answers within ${LIMIT_MS} ms of node itself`, () => {
  const bare: number[] = [];
  const help: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(timeMs(['-e', '0']));
    help.push(timeMs([join(ROOT, 'bin/natsarc.js'), '--help']));
  }
  console.log(`node -e 0: ${median(bare).toFixed(0)} ms, natsarc --help: ${median(help).toFixed(0)} ms`);
  expect(median(help) - median(bare)).toBeLessThan(LIMIT_MS);
});
