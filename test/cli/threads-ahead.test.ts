import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
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

/** Loaded in front of everything, in each thread: tells of each chunk whether the code made while building was taken. */
const TELL_CODE = `
const vm = require('node:vm');
const { threadId } = require('node:worker_threads');
vm.Script = class extends vm.Script {
  constructor(text, options) {
    super(text, options);
    const isTaken = options.cachedData !== undefined && !this.cachedDataRejected;
    process._rawDebug(['code', threadId, isTaken, options.filename].join(' '));
  }
};
`;

it('threads take the code that was made while building', () => {
  const folder = tempFolder();
  const preload = join(folder, 'tell-code.cjs');
  writeFileSync(preload, TELL_CODE);
  const store = join(folder, 'store');
  cpSync(join(ROOT, 'testdata/captures/2.14.5-full/store'), store, { recursive: true });
  const block = join(store, 'jetstream/$G/streams/ORDERS/msgs/999.blk');
  writeFileSync(block, '');
  truncateSync(block, LARGE_BYTES);
  const done = spawnSync(
    process.execPath,
    ['--require', preload, join(ROOT, 'bin/natsarc.js'), 'verify', '--jobs', '2', store],
    { encoding: 'utf8', timeout: 60_000 },
  );
  const told = done.stderr.split('\n').filter((line) => /^code [1-9].*\/jobs\.js$/.test(line));
  expect(told.map((line) => line.split(' ')[2])).not.toContain('false');
  expect(told.length).toBeGreaterThan(0);
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
