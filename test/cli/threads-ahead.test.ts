import { spawnSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../support/captures.ts';
import { tempFolder } from '../support/damage.ts';

/** Larger than what threads are started for. */
const LARGE_BYTES = 200 * 1024 * 1024;

it.each([
  ['large.s2', 'SRC_UNRECOGNIZED'],
  ['large/1.blk', 'SRC_UNRECOGNIZED'],
])('threads that nobody needs in the end do not keep the process: %s', (name, code) => {
  const folder = tempFolder();
  mkdirSync(join(folder, 'large'));
  const file = join(folder, name);
  writeFileSync(file, 'not an archive');
  truncateSync(file, LARGE_BYTES);
  const given = join(folder, name.split('/')[0] ?? '');
  const done = spawnSync(process.execPath, [join(ROOT, 'bin/natsarc.js'), 'verify', '--check', given], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect({ signal: done.signal, exit: done.status }).toEqual({ signal: null, exit: 3 });
  expect(done.stdout).toContain(code);
});

it('a pipe that is called like a block is not opened', () => {
  const folder = tempFolder();
  expect(spawnSync('mkfifo', [join(folder, '1.blk')]).status).toBe(0);
  const done = spawnSync(process.execPath, [join(ROOT, 'bin/natsarc.js'), 'verify', '--check', folder], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect({ signal: done.signal, exit: done.status }).toEqual({ signal: null, exit: 3 });
});
