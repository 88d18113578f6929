import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { walkTar } from '../../src/container/tar/walk.ts';
import { MemorySource } from '../../src/source/memory.ts';
import { CAPTURES, recordsOf, tempFolder } from '../support/damage.ts';
import { backupWith } from '../support/damaged-copies.ts';
import { chunkOffsets, framed, unframed } from '../support/frames.ts';
import { Random } from '../support/random.ts';
import { repair } from '../support/repaired.ts';
import { runCli } from '../support/run-cli.ts';
import { writeMessages } from '../support/synthetic-stream.ts';

const BACKUP = '2.14.5-full/backups/$G/COMPRESSED';
const CHUNK_BYTES = 4096;
const TAR = unframed(readFileSync(join(CAPTURES, BACKUP, 'stream.tar.s2')));

/** Every live record's sequence with where it lies in a tar. */
function recordsIn(tar: Uint8Array): { readonly seq: bigint; readonly from: number; readonly to: number }[] {
  return walkTar(new MemorySource(tar))
    .entries.filter(({ path }) => path.endsWith('.blk'))
    .flatMap(({ offsetBytes, sizeBytes }) =>
      recordsOf(Buffer.from(tar.subarray(offsetBytes, offsetBytes + sizeBytes))).map(
        ({ at, length, seq }) => ({ seq, from: offsetBytes + at, to: offsetBytes + at + length }),
      ),
    );
}

const RECORDS = recordsIn(TAR);

/** Sequences of the records that a part of the tar holds bytes of. */
function hitBy(from: number, to: number): bigint[] {
  return RECORDS.filter((record) => record.from < to && record.to > from).map(({ seq }) => seq);
}

const INDEX = walkTar(new MemorySource(TAR)).entries.find(({ path }) => path === 'msgs/index.db');

/** Where index.db is lost, limits and compacted tombstones prove nothing any more. */
function isProofHit(from: number, to: number): boolean {
  const at = INDEX?.offsetBytes ?? 0;
  const hasTombstone = hitBy(from, to).some((seq) => seq >> 62n !== 0n);
  return hasTombstone || (from < at + (INDEX?.sizeBytes ?? 0) && to > at - 1536);
}

/** Repairs a backup of which the decoded bytes from..to are lost at most. */
async function expectOnlyLost(snapshot: Uint8Array, from = 0, to = 0): Promise<void> {
  const repaired = await repair(backupWith(snapshot, BACKUP), BACKUP);
  const dead = isProofHit(from, to) ? RECORDS.map(({ seq }) => seq) : [];
  const differing = repaired.invented.filter((seq) => !dead.includes(seq));
  expect(differing).toEqual([]);
  const lost = hitBy(from, to);
  expect(repaired.missing.filter((seq) => !lost.includes(seq))).toEqual([]);
  if (!isProofHit(from, to)) expect(repaired.stream.lost).toBe(BigInt(repaired.missing.length));
}

describe('broken S2 framing', () => {
  const chunks = chunkOffsets(framed(TAR, CHUNK_BYTES));

  it.each(Array.from({ length: 20 }, (_, i) => i))(
    'a damaged chunk header costs nothing, turn %i',
    async (turn) => {
      const random = new Random(turn + 1);
      const snapshot = framed(TAR, CHUNK_BYTES);
      const at = chunks[random.below(chunks.length)] ?? 0;
      snapshot[at + random.below(4)] = random.below(256);
      await expectOnlyLost(snapshot);
    },
  );

  it.each(Array.from({ length: 20 }, (_, i) => i))('zeros over chunk headers, turn %i', async (turn) => {
    const random = new Random(turn + 100);
    const snapshot = framed(TAR, CHUNK_BYTES);
    const at = random.below(snapshot.length - 6000);
    snapshot.fill(0, at, at + 1 + random.below(6000));
    const first = chunks.findLastIndex((chunk) => chunk <= at);
    const last = chunks.findLastIndex((chunk) => chunk < at + 6000);
    await expectOnlyLost(snapshot, (first - 1) * CHUNK_BYTES, last * CHUNK_BYTES);
  });

  it.each(Array.from({ length: 12 }, (_, i) => i))(
    'bytes that are gone from the middle, turn %i',
    async (turn) => {
      const random = new Random(turn + 200);
      const whole = framed(TAR, CHUNK_BYTES);
      const at = random.below(whole.length - 9000);
      const length = 1 + random.below(9000);
      const snapshot = Buffer.concat([whole.subarray(0, at), whole.subarray(at + length)]);
      const first = chunks.findLastIndex((chunk) => chunk <= at);
      const last = chunks.findLastIndex((chunk) => chunk < at + length);
      await expectOnlyLost(snapshot, (first - 1) * CHUNK_BYTES, last * CHUNK_BYTES);
    },
  );

  it.each([0.2, 0.5, 0.9])('a snapshot that ends at %d of its length', async (part) => {
    const whole = framed(TAR, CHUNK_BYTES);
    const end = Math.floor(whole.length * part);
    const last = chunks.findLastIndex((chunk) => chunk <= end);
    await expectOnlyLost(whole.subarray(0, end), (last - 1) * CHUNK_BYTES, TAR.length);
  });
});

it('bytes that are gone from a chunk of a MiB cost that chunk alone', async () => {
  const random = new Random(5);
  const word = (): string => random.below(2 ** 32).toString(36);
  const data = (i: number): string => `{"n":${i},"ids":["${Array.from({ length: 60 }, word).join('","')}"]}`;
  const messages = Array.from({ length: 6000 }, (_, i) => ({ subject: `orders.${i % 900}`, data: data(i) }));
  const packed = join(tempFolder(), 'ORDERS');
  runCli(['pack', writeMessages(tempFolder(), 'ORDERS', messages), '--out', packed]);
  const whole = readFileSync(join(packed, 'stream.tar.s2'));
  const records = recordsIn(unframed(whole));
  const chunks = chunkOffsets(whole);
  const decoded = chunks.map((at) => unframed(whole.subarray(0, at)).length);
  const large = chunks.flatMap((at, i) => ((chunks[i + 1] ?? 0) - at > 200_000 ? [i] : []));
  expect(large.length).toBeGreaterThan(2);
  for (const i of large.slice(0, -1)) {
    const at = (chunks[i + 1] ?? 0) - 1 - random.below(100_000);
    const snapshot = Buffer.concat([whole.subarray(0, at), whole.subarray(at + 1 + random.below(64))]);
    const damaged = join(tempFolder(), 'ORDERS');
    cpSync(packed, damaged, { recursive: true });
    writeFileSync(join(damaged, 'stream.tar.s2'), snapshot);
    const [from, to] = [decoded[i] ?? 0, decoded[i + 1] ?? 0];
    const hit = new Set(records.filter((one) => one.from < to && one.to > from).map(({ seq }) => seq));
    const repaired = await repair(damaged, packed);
    expect(repaired.missing.filter((seq) => !hit.has(seq))).toEqual([]);
    expect(repaired.invented).toEqual([]);
  }
});

describe('broken tar', () => {
  const blocks = walkTar(new MemorySource(TAR)).entries.filter(({ path }) => path.endsWith('.blk'));

  it.each(blocks.map(({ path, offsetBytes }) => [path, offsetBytes] as const))(
    'the damaged header of %s costs nothing',
    async (_, offsetBytes) => {
      for (const form of [framed, (tar: Uint8Array): Uint8Array => gzipSync(tar)]) {
        const tar = Buffer.from(TAR);
        tar.fill(0xaa, offsetBytes - 512, offsetBytes - 300);
        await expectOnlyLost(form(tar));
      }
    },
  );

  it('a cut .tgz gives what is before the cut', async () => {
    const whole = gzipSync(TAR, { level: 0 });
    const end = Math.floor(whole.length / 2);
    await expectOnlyLost(whole.subarray(0, end), end - 1024, TAR.length);
  });
});
