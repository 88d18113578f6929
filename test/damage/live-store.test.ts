import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { inspectArchive } from '../../src/operation/inspect/run.ts';
import { preflightStore } from '../../src/operation/preflight/run.ts';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import type { Finding } from '../../src/findings/finding.ts';
import { CAPTURES, copyOf, tempFolder } from '../support/damage.ts';
import { runCli } from '../support/run-cli.ts';
import { isThere } from '../support/needed.ts';

/** A process that calls itself a server, with these arguments; it ends with the test. */
async function serverWith(...args: string[]): Promise<number> {
  const folder = tempFolder();
  const [path, script] = [join(folder, 'nats-server'), join(folder, 'script')];
  writeFileSync(script, 'echo up; read line');
  symlinkSync('/bin/sh', path);
  const server = spawn(path, [script, ...args], { stdio: ['pipe', 'pipe', 'ignore'] });
  onTestFinished(() => {
    server.stdin.end();
  });
  await once(server.stdout, 'data');
  return server.pid ?? 0;
}

const running = (findings: readonly Finding[]): Finding[] =>
  findings.filter(({ code }) => code === 'DIR_SERVER_RUNNING');

describe.runIf(isThere(existsSync('/proc/self/fd'), 'which files a server has open: /proc'))(
  'a server that runs on what is read',
  () => {
    it('is told for the store and every folder of it, and is no damage', async () => {
      const store = copyOf('2.14.5-crash/store');
      const pid = await serverWith('-sd', store);
      for (const path of ['', 'jetstream', 'jetstream/$G', 'jetstream/$G/streams/WQ'].map((part) =>
        join(store, part),
      )) {
        const { status, findings } = await verifyArchive(path);
        expect(status).toBe('OK');
        expect(running(findings)).toMatchObject([
          { severity: 'info', data: { process: pid, reason: `nats-server -sd ${store}` } },
        ]);
        expect(running((await inspectArchive(path)).findings)).toHaveLength(1);
        expect((await preflightStore(path)).steps).toContainEqual(
          expect.objectContaining({ do: 'stop-server' }),
        );
      }
      expect(runCli(['verify', store]).stdout).toContain(
        'INFO DIR_SERVER_RUNNING: A server is running on these files',
      );
      expect(runCli(['inspect', store])).toMatchObject({
        exit: 0,
        stderr: 'natsarc: A server is running on these files: what is found in them may be false\n',
      });
    });

    it('is told by every command that copies or gives out, which ends as it would', async () => {
      const store = copyOf('2.14.5-crash/store');
      const out = (): string[] => ['--out', join(tempFolder(), 'out')];
      const lines = [
        ['repair', store, ...out()],
        ['pack', store, ...out()],
        ['convert', store, '--to', 'store', ...out()],
        ['slice', store, '--subject', '>', ...out()],
        ['cat', store],
        ['export', store, '--stream', 'WQ', '--to', 'json'],
      ];
      const before = lines.map((line) => runCli([...line, '--quiet']).exit);
      expect(before).toEqual(lines.map(() => 0));
      await serverWith('-sd', store);
      for (const line of lines) {
        const fresh = line.includes('--out') ? [...line.slice(0, line.indexOf('--out')), ...out()] : line;
        const run = runCli(fresh);
        expect([line[0], run.exit, run.stderr]).toEqual([
          line[0],
          0,
          'natsarc: A server is running on these files: what is found in them may be false\n',
        ]);
      }
    });

    it('is known by its configuration', async () => {
      const store = copyOf('2.14.5-crash/store');
      const config = join(dirname(store), 'js.conf');
      writeFileSync(config, `jetstream { store_dir: "${store}" }`);
      await serverWith('--config', config);
      expect(running((await verifyArchive(store)).findings)).toHaveLength(1);
    });

    it('is not told of another store, a backup, or where another program reads', async () => {
      const [store, other] = [copyOf('2.14.5-crash/store'), copyOf('2.14.5-crash/store')];
      await serverWith('-sd', `${store}-2`);
      await serverWith('-sd', other);
      expect(running((await verifyArchive(store)).findings)).toEqual([]);
      const backup = join(CAPTURES, '2.14.5-full/backups/$G/ORDERS');
      await serverWith('-sd', dirname(backup));
      expect(running((await verifyArchive(backup)).findings)).toEqual([]);
    });
  },
);
