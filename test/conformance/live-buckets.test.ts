import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../support/damage.ts';
import { hasServer, LiveServer, SERVER_VERSIONS } from '../support/live-server.ts';
import { runCli } from '../support/run-cli.ts';

for (const version of SERVER_VERSIONS) {
  describe.skipIf(!hasServer(version))(`nats-server ${version}`, () => {
    it('its buckets are as they were filled', async () => {
      const folder = tempFolder();
      const store = join(folder, 'store');
      const picture = join(folder, 'picture.bin');
      const bytes = randomBytes(400_000);
      writeFileSync(picture, bytes);
      const server = await LiveServer.start(version, store);
      try {
        server.nats('kv', 'add', 'LIVE', '--history', '3');
        for (const value of ['one', 'two', 'three']) server.nats('kv', 'put', 'LIVE', 'a.b', value);
        for (const key of ['gone', 'purged']) server.nats('kv', 'put', 'LIVE', key, 'x');
        server.nats('kv', 'del', 'LIVE', 'gone', '--force');
        server.nats('kv', 'purge', 'LIVE', 'purged', '--force');
        server.nats('object', 'add', 'MEDIA');
        server.nats('object', 'put', 'MEDIA', picture, '--name', 'a/picture', '--no-progress', '--force');
        server.nats('stream', 'backup', 'KV_LIVE', join(folder, 'kv'), '--no-progress');
        server.nats('stream', 'backup', 'OBJ_MEDIA', join(folder, 'object'), '--no-progress');
      } finally {
        await server.stop();
      }
      for (const path of [store, join(folder, 'kv')])
        expect(entries(path, '--kv')).toEqual([
          ['a.b', 3, 'PUT', 'three'],
          ['gone', 6, 'DEL', ''],
          ['purged', 7, 'PURGE', ''],
        ]);
      expect(entries(store, '--kv', '--max-seq', '4')).toEqual([
        ['a.b', 3, 'PUT', 'three'],
        ['gone', 4, 'PUT', 'x'],
      ]);
      expect(entries(store, '--kv', '--history').map(([, revision]) => revision)).toEqual([1, 2, 3, 4, 6, 7]);
      for (const [i, path] of [store, join(folder, 'object')].entries()) {
        const out = join(folder, `out${i}`);
        expect(runCli(['cat', path, '--object', 'a/picture', '--out', out])).toMatchObject({
          exit: 0,
          stderr: '',
        });
        expect(readFileSync(out).equals(bytes)).toBe(true);
      }
    });
  });
}

function entries(path: string, ...flags: string[]): unknown[][] {
  const run = runCli(['cat', path, ...flags]);
  expect(run).toMatchObject({ exit: 0, stderr: '' });
  const lines = run.stdout.trimEnd().split('\n');
  return lines.map((line) => {
    const entry = JSON.parse(line) as { key: string; revision: number; operation: string; value: string };
    return [entry.key, entry.revision, entry.operation, entry.value];
  });
}
