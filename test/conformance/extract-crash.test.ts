import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { extractIntoDataDir } from '../../src/operation/extract/run.ts';
import { convertArchive } from '../../src/operation/convert/run.ts';
import { ROOT } from '../support/captures.ts';
import { tempFolder } from '../support/damage.ts';
import { filesBelow } from '../support/files-below.ts';
import { hasServer, LiveServer } from '../support/live-server.ts';
import { runCli, type CliRun } from '../support/run-cli.ts';

const ORDERS = join(ROOT, 'testdata/backups/ORDERS');
const PRELOAD = pathToFileURL(join(ROOT, 'test/support/faulty-writes.mjs')).href;
const VERSION = '2.14.5';
/** After each so many steps another run must make it good. */
const EVERY = 5;

/** A store with a stream to be replaced and another beside it; and the stream that replaces it. */
async function makeStore(): Promise<{ readonly store: string; readonly fresh: string }> {
  const folder = tempFolder();
  const [store, cut, fresh] = ['store', 'cut', 'fresh'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(store);
  await convertArchive(ORDERS, { to: 'v1', target: cut, noConsumers: true });
  await extractIntoDataDir(cut, store);
  await extractIntoDataDir(cut, store, { as: 'OTHER', mapSubjects: ['orders.>=other.>'] });
  await convertArchive(ORDERS, { to: 'v1', target: fresh });
  return { store, fresh };
}

function extract(archive: string, store: string, fault: string, stepsFile?: string): CliRun {
  const env = {
    NODE_OPTIONS: `--import=${PRELOAD}`,
    NATSARC_FAULT: fault,
    ...(stepsFile === undefined ? {} : { NATSARC_FAULT_STEPS: stepsFile }),
  };
  return runCli(['extract-into-data-dir', archive, store, '--force', '-q'], undefined, undefined, env);
}

/** A sum of a stream's files in a store, names and contents; null where its folder is not there. */
function contentOf(store: string, stream: string): string | null {
  const folder = join(store, 'jetstream/$G/streams', stream);
  if (!existsSync(folder)) return null;
  const sum = createHash('sha256');
  for (const path of filesBelow(folder)) sum.update(path.slice(folder.length)).update(readFileSync(path));
  return sum.digest('hex');
}

/** Names of the streams that a server finds in a copy of a store; it must not complain. */
async function servedStreams(store: string): Promise<string[]> {
  const copy = join(tempFolder(), 'store');
  cpSync(store, copy, { recursive: true });
  const server = await LiveServer.start(VERSION, copy);
  try {
    return (JSON.parse(server.nats('stream', 'ls', '--names', '--json')) as string[]).toSorted();
  } finally {
    await server.stop();
    expect(server.complaints()).toEqual([]);
  }
}

describe('an extract that is stopped', () => {
  for (const kind of ['SIGKILL', 'ENOSPC or EIO'])
    it(`at every step by ${kind} leaves what was there, or the new stream whole`, async () => {
      const { store, fresh } = await makeStore();
      const [before, other] = [contentOf(store, 'ORDERS'), contentOf(store, 'OTHER')];
      const folder = tempFolder();
      const stepsFile = join(folder, 'steps');
      const done = join(folder, 'done');
      cpSync(store, done, { recursive: true });
      expect(extract(fresh, done, `none:0:${done}`, stepsFile).exit).toBe(0);
      const after = contentOf(done, 'ORDERS');
      expect(after).not.toBe(before);
      const steps = Number(readFileSync(stepsFile, 'utf8'));
      const seen = { before: 0, between: 0, after: 0 };
      for (let step = 1; step <= steps; step++) {
        const copy = join(folder, `step-${step}`);
        cpSync(store, copy, { recursive: true });
        const fault = kind === 'SIGKILL' ? kind : step % 2 === 0 ? 'ENOSPC' : 'EIO';
        const run = extract(fresh, copy, `${fault}:${step}:${copy}`);
        const content = contentOf(copy, 'ORDERS');
        expect(contentOf(copy, 'OTHER')).toBe(other);
        // What fails is put back by the program itself; what is killed between two renames by its next run.
        const possible = kind === 'SIGKILL' ? [before, after, null] : [run.exit === 0 ? after : before];
        expect(possible, `step ${step}: ${run.stderr}`).toContain(content);
        if (kind === 'SIGKILL' && (content !== before || step === 1) && hasServer(VERSION))
          expect(await servedStreams(copy)).toEqual(content === null ? ['OTHER'] : ['ORDERS', 'OTHER']);
        seen[content === null ? 'between' : content === before ? 'before' : 'after']++;
        if (step % EVERY === 0 || content === null) {
          expect(extract(fresh, copy, '').exit, `after step ${step}`).toBe(0);
          expect(contentOf(copy, 'ORDERS')).toBe(after);
          expect(readdirSync(copy)).toEqual(['jetstream']);
        }
        rmSync(copy, { recursive: true });
      }
      console.log(`${kind} at each of ${steps} steps: ${JSON.stringify(seen)}`);
      expect(seen.before).toBeGreaterThan(50);
    }, 600_000);
});
