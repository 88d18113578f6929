import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { ROOT } from '../support/captures.ts';
import { tempFolder } from '../support/damage.ts';
import { writeStreamFolder } from '../support/synthetic-stream.ts';

const LYING = ['--import', pathToFileURL(join(ROOT, 'test/support/lying-writes.mjs')).href];
const PLANS = Array.from({ length: 8 }, () => ({ payloads: [1000, 100_000], blockBytes: 8 << 20 }));

function run(preload: readonly string[], args: readonly string[]): ReturnType<typeof spawnSync> {
  return spawnSync(process.execPath, [...preload, join(ROOT, 'bin/natsarc.js'), ...args], {
    encoding: 'utf8',
    timeout: 60_000,
  });
}

it.each([['1'], ['4']])('what a disk keeps otherwise than it was written is found, in %s threads', (jobs) => {
  const folder = tempFolder();
  const stream = writeStreamFolder(folder, PLANS);
  const [target, store] = [join(folder, 'out'), join(folder, 'store')];
  mkdirSync(store);
  // What comes from a V2 archive has an index, and is read while it is written.
  const [v2, indexed] = [join(folder, 'v2'), join(folder, 'indexed')];
  mkdirSync(indexed);
  expect(run([], ['pack', stream, '--format', 'v2', '--out', v2])).toMatchObject({ status: 0 });
  expect(run([], ['extract-into-data-dir', v2, indexed])).toMatchObject({ status: 0 });
  for (const source of [stream, indexed])
    for (const args of [
      ['pack', source, '--out', target],
      ['extract-into-data-dir', source, store],
      ['extract-into-data-dir', source, store, '--as', 'OTHER'],
    ]) {
      const refused = run(LYING, [...args, '--jobs', jobs]);
      expect(refused.stderr, args.join(' ')).toMatch(/^natsarc: what was written does not verify/);
      expect(refused.status).toBe(1);
      expect(readdirSync(store)).toEqual([]);
      expect(readdirSync(folder).toSorted()).toEqual(['BIG', 'indexed', 'store', 'v2']);
    }
});
