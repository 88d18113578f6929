import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../support/captures.ts';
import { tempFolder } from '../support/damage.ts';
import { writeSnapshot } from '../support/synthetic-stream.ts';

const PLANS = Array.from({ length: 8 }, () => ({ payloads: [100_000], blockBytes: 8 << 20 }));

it('a thread that may not write stops the command, and nothing is left', async () => {
  const folder = tempFolder();
  const [snapshot, store] = [join(folder, 'big.tar.s2'), join(folder, 'store')];
  await writeSnapshot(snapshot, PLANS);
  mkdirSync(store);
  const extract = (limitKib: string): ReturnType<typeof spawnSync> =>
    spawnSync(
      'bash',
      ['-c', `ulimit -f ${limitKib}; exec "$@"`, '-', process.execPath, join(ROOT, 'bin/natsarc.js')].concat([
        'extract-into-data-dir',
        snapshot,
        store,
        '--jobs',
        '4',
      ]),
      { encoding: 'utf8', timeout: 60_000 },
    );
  const refused = extract('2048');
  expect(refused.stderr).toMatch(
    /^natsarc: .*\/store: the file would be larger than it may be; ulimit -f tells the limit$/m,
  );
  expect(refused.status).toBe(1);
  expect(readdirSync(store)).toEqual([]);
  expect(extract('unlimited')).toMatchObject({ status: 0 });
});
