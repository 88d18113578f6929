import { expect } from 'vitest';
import { treeSum } from './damage.ts';
import { runCli } from './run-cli.ts';

/** Runs a command line that must be refused: its exit code, its words on one line, and that nothing in the folder changed. */
export function expectRefused(
  line: readonly string[],
  folder: string,
  exit: number,
  words: RegExp,
  uid?: number,
): void {
  const before = treeSum(folder);
  const run = runCli(line, undefined, uid);
  expect(run.stderr.split('\n')[0]).toMatch(words);
  expect(run.stderr).not.toMatch(/E[A-Z]{3,}:|\bat .*\.[jt]s:\d|bug/);
  expect(run.stdout).toBe('');
  expect(run.exit, run.stderr).toBe(exit);
  expect(treeSum(folder)).toBe(before);
}
