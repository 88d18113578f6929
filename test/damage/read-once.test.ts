import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { loadStream } from '../../src/operation/open/load-stream.ts';
import { openForStream, withArchive } from '../../src/operation/open/open-archive.ts';
import { soundChunks } from '../../src/operation/salvage/rescan/sound-chunks.ts';
import { lossesOfCopy } from '../../src/operation/loss/copy-losses.ts';
import { gatherEvidence } from '../../src/operation/read/stream-evidence.ts';
import { NO_RESULTS } from '../../src/operation/loss/stream-losses.ts';
import { THREAD_ENTRY } from '../../src/operation/thread-entry.ts';
import { verifyWith } from '../../src/operation/verify/run.ts';
import type { SourceDescriptor } from '../../src/source/byte-source.ts';
import { Pool } from '../../src/workers/pool.ts';
import { runJob } from '../../src/workers/run-job.ts';
import { CAPTURES, copyOf, flipBit, tempFolder } from '../support/damage.ts';
import { chunkOffsets } from '../support/frames.ts';
import { mutate } from '../support/mutations.ts';
import { writeSnapshot } from '../support/synthetic-stream.ts';

const STORE = join(CAPTURES, '2.14.5-full/store/jetstream/$G/streams/COMPRESSED');
const CASES = 60;
const FIRST_SEED = 7000;

/** Verifies an archive; gives what a salvage read of it, block by block. */
async function salvagedOf(path: string): Promise<SourceDescriptor[]> {
  const salvaged: SourceDescriptor[] = [];
  const pool = new Pool({
    jobs: 1,
    totalBytes: 0,
    entry: THREAD_ENTRY,
    runJob: async (job) => {
      if (job.kind === 'scan' && job.salvage === true) salvaged.push(job.source);
      return runJob(job);
    },
  });
  await verifyWith(path, { pool });
  return salvaged;
}

it('the small files of a backup are read when it is opened, and not again for its stream', async () => {
  const container = await openForStream(join(CAPTURES, '2.14.5-full/backups/$G/ORDERS'), {});
  try {
    const [parts] = container.streams;
    if (parts?.form !== 'v1') throw new Error('no V1 snapshot');
    const opened = parts.entries.map((entry) => vi.spyOn(entry, 'open'));
    const first = loadStream(parts);
    expect(opened.every((open) => open.mock.calls.length === 0)).toBe(true);
    const again = loadStream(parts);
    expect(opened.some((open) => open.mock.calls.length > 0)).toBe(true);
    expect(again.consumers).toEqual(first.consumers);
    expect(again.findings).toEqual(first.findings);
  } finally {
    container.close();
  }
});

it('of a damaged stream only the damaged block is read again', async () => {
  const path = copyOf(STORE);
  const block = join(path, 'msgs/2.blk');
  flipBit(block, 300);
  expect(await salvagedOf(path)).toEqual([{ kind: 'file', path: block }]);
});

it('of a damaged snapshot only the blocks in the damaged chunk, and this chunk', async () => {
  const path = join(tempFolder(), 'stream.tar.s2');
  const plan = { payloads: [1000], blockBytes: 2_500_000 };
  await writeSnapshot(path, [plan, plan, plan, plan]);
  const offsets = chunkOffsets(readFileSync(path));
  const damaged = offsets[Math.floor(offsets.length / 2)] ?? 0;
  flipBit(path, damaged + 1000);
  expect(await salvagedOf(path)).toHaveLength(1);
  await withArchive(path, { jobs: 1 }, async (work) => {
    const [parts] = work.selected;
    if (parts === undefined) throw new Error('no stream');
    const archive = loadStream(parts);
    const read = await gatherEvidence(archive, work, { wantSubjects: false, pending: [] });
    const isSound = soundChunks(read);
    const sound = offsets.filter((at) => isSound(path, at));
    expect(sound).not.toContain(damaged);
    expect(sound.length).toBeGreaterThan(offsets.length / 3);
    expect(isSound(path, (sound[0] ?? 0) + 1)).toBe(false);
    expect(isSound(`${path}.another`, sound[0] ?? 0)).toBe(false);
    const losses = await lossesOfCopy(read, work);
    expect(losses?.messages).toBeGreaterThan(0n);
    expect(losses).toEqual(await lossesOfCopy({ ...read, results: NO_RESULTS }, work));
  });
});

it('what is lost is the same as where all is read again', { timeout: 120_000 }, async () => {
  const folder = tempFolder();
  let known = 0;
  for (let seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) {
    const { path, what } = mutate(seed, folder);
    await withArchive(path, { jobs: 1 }, async (work) => {
      const [parts] = work.selected;
      const archive = parts === undefined ? null : loadStream(parts);
      if (archive === null || archive.blocks.length === 0 || archive.name === '') return;
      const read = await gatherEvidence(archive, work, { wantSubjects: false, pending: [] });
      known += read.results.size;
      expect(await lossesOfCopy(read, work), what).toEqual(
        await lossesOfCopy({ ...read, results: NO_RESULTS }, work),
      );
    });
  }
  expect(known).toBeGreaterThan(CASES / 2);
});
