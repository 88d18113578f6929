import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/captures.ts';
import { tempFolder } from '../support/damage.ts';
import { isThere } from '../support/needed.ts';

const ORDERS = join(ROOT, 'testdata/backups/ORDERS');
const NATSARC = join(ROOT, 'bin/natsarc.js');
const FULL_DEVICE = '/dev/full';
const NO_SPACE = 'natsarc: cannot write standard output: no space is left on the device\n';

/** Command lines that write results, and the exit code by which each says that it failed. */
const LINES: readonly (readonly [line: string, exit: number])[] = [
  [`cat ${ORDERS}`, 1],
  [`cat ${ORDERS} --text`, 1],
  [`cat ${ORDERS} --raw`, 1],
  [`export ${ORDERS} --to json`, 1],
  [`export ${ORDERS} --to parquet`, 1],
  [`verify ${ORDERS}`, 3],
  [`verify ${ORDERS} --json`, 3],
  [`verify ${ORDERS} --format prometheus`, 3],
  [`inspect ${ORDERS}`, 1],
  [`diff ${ORDERS} ${ORDERS}`, 2],
  ['checks', 1],
  ['--help', 1],
  ['verify --help', 3],
  ['--version', 1],
];

/** Runs the command with standard output at this open file. */
function runTo(output: number, line: string): { readonly exit: number | null; readonly stderr: string } {
  const args = [NATSARC, ...line.split(' ')];
  const { status, stderr } = spawnSync(process.execPath, args, {
    stdio: ['ignore', output, 'pipe'],
    encoding: 'utf8',
  });
  return { exit: status, stderr };
}

describe.runIf(isThere(existsSync(FULL_DEVICE), `${FULL_DEVICE}, a disk that is full`))(
  'a full disk as standard output',
  () => {
    it.each(LINES)('ends natsarc %s with exit %i', (line, exit) => {
      const output = openSync(FULL_DEVICE, 'w');
      const run = runTo(output, line);
      closeSync(output);
      expect(run).toEqual({ exit, stderr: NO_SPACE });
    });
  },
);

describe.runIf(isThere(process.platform !== 'win32', 'limits of the size of files'))(
  'a file as standard output',
  () => {
    it('that may not grow as large as the results is a failure, whatever part of them it took', () => {
      const file = join(tempFolder(), 'out');
      for (const line of [`cat ${ORDERS}`, `export ${ORDERS} --to json`]) {
        const script = `ulimit -f 8; exec "${process.execPath}" "${NATSARC}" ${line} > "${file}"`;
        const run = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
        expect(run.stderr).toMatch(
          /^natsarc: cannot write standard output: the file would be larger than it may be; ulimit -f tells the limit\n$/,
        );
        expect(run.status).toBe(1);
        expect(statSync(file).size).toBe(8 * 1024);
      }
    });

    it('that is open for reading only is a failure', () => {
      const output = openSync(join(ORDERS, 'backup.json'), 'r');
      const run = runTo(output, `cat ${ORDERS}`);
      closeSync(output);
      expect(run.stderr).toMatch(/^natsarc: cannot write standard output: [^\n]+\n$/);
      expect(run.exit).toBe(1);
    });
  },
);

it('a pipe that nobody reads on ends the command quietly', () => {
  for (const line of [`cat ${ORDERS}`, `verify ${ORDERS} --json`, '--help']) {
    const script = `"${process.execPath}" "${NATSARC}" ${line} | true; echo "\${PIPESTATUS[0]}"`;
    const run = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    expect([run.stdout, run.stderr], line).toEqual(['0\n', '']);
  }
});
