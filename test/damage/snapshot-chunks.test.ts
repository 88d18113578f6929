import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { walkTar } from '../../src/container/tar/walk.ts';
import { MemorySource } from '../../src/source/memory.ts';
import { BYTE_DAMAGES } from '../support/byte-damages.ts';
import { copyOf, recordsOf } from '../support/damage.ts';
import { chunkOffsets, packedInChunks, unframed } from '../support/frames.ts';
import { Random } from '../support/random.ts';
import { repair } from '../support/repaired.ts';

const DATA = 'stream.tar.s2';
const CHUNK_BYTES = 8192;
const CASES = 40;

/** The sequences of records that touch one of the chunks, by what the tar holds. */
function seqsIn(tar: Buffer, chunks: readonly number[]): Set<bigint> {
  const { entries } = walkTar(new MemorySource(tar));
  const blocks = entries.filter(({ path }) => path.endsWith('.blk'));
  const isIn = (from: number, to: number): boolean =>
    chunks.some((chunk) => from < (chunk + 1) * CHUNK_BYTES && to > chunk * CHUNK_BYTES);
  return new Set(
    blocks.flatMap(({ offsetBytes, sizeBytes }) =>
      recordsOf(tar.subarray(offsetBytes, offsetBytes + sizeBytes))
        .filter(({ at, length }) => isIn(offsetBytes + at, offsetBytes + at + length))
        .map(({ seq }) => seq),
    ),
  );
}

it.each(['ORDERS', 'WQ', 'PURGEPART'])(
  'damage of a snapshot of %s costs no message of other chunks',
  async (name) => {
    const backup = `2.14.5-full/backups/$G/${name}`;
    for (let seed = 1; seed <= CASES; seed++) {
      const random = new Random(seed);
      const path = copyOf(backup);
      const tar = unframed(readFileSync(join(path, DATA)));
      const snapshot = packedInChunks(tar, CHUNK_BYTES);
      const chunksAt = chunkOffsets(snapshot).slice(1);
      // Headers are hit as often as all the rest.
      const at =
        random.below(2) === 0 ? random.pick(chunksAt) + random.below(12) : random.below(snapshot.length);
      const [damaged, hit] = random.pick(BYTE_DAMAGES)(Buffer.from(snapshot), at, random);
      const ends = [...chunksAt.slice(1), snapshot.length];
      const hitChunks = [...chunksAt.keys()].filter(
        (chunk) => hit[0] < (ends[chunk] ?? 0) && hit[1] > (chunksAt[chunk] ?? 0),
      );
      if (hitChunks.length === chunksAt.length) continue;
      writeFileSync(join(path, DATA), damaged);
      const { missing } = await repair(path, backup);
      const mayMiss = seqsIn(tar, hitChunks);
      expect({ seed, hit, wronged: missing.filter((seq) => !mayMiss.has(seq)) }).toEqual({
        seed,
        hit,
        wronged: [],
      });
    }
  },
);

it('the length that the first chunk claims: what follows is found', async () => {
  const path = copyOf('2.14.5-full/backups/$G/WQ');
  const snapshot = packedInChunks(unframed(readFileSync(join(path, DATA))), CHUNK_BYTES);
  const [first = 0] = chunkOffsets(snapshot).slice(1);
  snapshot.fill(0x55, first + 5, first + 26);
  writeFileSync(join(path, DATA), snapshot);
  const { missing, stream } = await repair(path, '2.14.5-full/backups/$G/WQ');
  expect({ missing, lost: stream.lost }).toEqual({ missing: [], lost: 0n });
});
