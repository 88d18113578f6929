import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { copyOf } from '../support/damage.ts';
import { damageMessage } from '../support/damaged-copies.ts';
import { runCli } from '../support/run-cli.ts';

/** Lines under `Predicted`, joined where they were broken. */
function predicted(args: readonly string[]): string[] {
  const text = runCli(['verify', ...args]).stdout;
  const block = /^Predicted: .*\n((?: {4}.*\n)*)/m.exec(text)?.[1] ?? '';
  return block
    .replaceAll(/\n {6}/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

it('verify shows a prediction that differs from what is declared, once for all generations that agree', () => {
  const store = copyOf('2.14.5-full/store');
  writeFileSync(join(store, 'jetstream/$G/streams/EMPTY/meta.sum'), '0000000000000000');
  rmSync(join(store, 'jetstream/$G/streams/TAILDEL/msgs/1.blk'));
  expect(predicted([store, '--stream', 'EMPTY'])).toEqual([
    '$G/EMPTY, 2.9 to 2.15: does not serve it: meta.sum does not fit',
  ]);
  const lines = predicted([store, '--stream', 'TAILDEL']);
  expect(lines.at(-1)).toMatch(/2\.15: starts it with 0 messages, last sequence 30: 26 messages are lost$/);
});

it('verify says of one message that it is lost', () => {
  const store = copyOf('2.14.5-full/store');
  const stream = join(store, 'jetstream/$G/streams/TAILDEL');
  rmSync(join(stream, 'msgs/index.db'));
  damageMessage(stream, 28n);
  expect(predicted([store, '--stream', 'TAILDEL']).at(-1)).toMatch(/: 1 message is lost$/);
});

it('verify predicts by the clock it is given', () => {
  const store = copyOf('2.14.5-full/store');
  const of = (at: string): string | undefined => predicted([store, '--stream', 'TTL', '--at', at]).at(-1);
  expect(of('2026-11-22T00:00:00Z')).toBe(
    '$G/TTL, 2.9: starts it with 25 messages, 1-25, of which 5 had been deleted',
  );
  expect(of('2100-01-01T00:00:00Z')).toBe('$G/TTL, 2.11 to 2.15: starts it with 16 messages, 13-38');
  expect(runCli(['verify', store, '--at', 'soon']).exit).toBe(3);
});
