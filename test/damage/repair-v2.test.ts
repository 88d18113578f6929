import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CAPTURES, codesOf, verifyDamaged } from '../support/damage.ts';
import { backupWith } from '../support/damaged-copies.ts';
import { chunkOffsets, framed, unframed } from '../support/frames.ts';
import { Random } from '../support/random.ts';
import { repair } from '../support/repaired.ts';
import { V2Walker } from '../../src/container/v2-walk.ts';
import { parseV2State } from '../../src/format/v2-json/parse.ts';
import { MemorySource } from '../../src/source/memory.ts';

const BACKUP = '2.15.2-full/backups/$G/ORDERS';
const CHUNK_BYTES = 4096;
const MAGIC_BYTES = 8;
const ARCHIVE = unframed(readFileSync(join(CAPTURES, BACKUP, 'stream.tar.s2')));

/** Where each message lies in the decoded archive. */
const MESSAGES = ((): { seq: bigint; from: number; to: number }[] => {
  const found: { seq: bigint; from: number; to: number }[] = [];
  const walker = new V2Walker(new MemorySource(ARCHIVE.subarray(MAGIC_BYTES)));
  for (const entry of walker.entries()) {
    if (entry.kind === 'state') {
      const state = parseV2State(entry.payload);
      walker.expectConsumers(state.ok ? state.value.consumerCount : 0);
    }
    if (entry.kind !== 'message') continue;
    const from = MAGIC_BYTES + entry.message.offsetBytes;
    const before = found.at(-1);
    if (before !== undefined) before.to = from;
    found.push({ seq: entry.message.seq, from, to: ARCHIVE.length - 5 });
  }
  return found;
})();

/**
 * Repairs an archive whose decoded bytes from..to are damaged. Entries have no mark: up to `slack` messages behind the
 * damage may not be found again.
 */
async function expectOnlyLost(snapshot: Uint8Array, from: number, to: number, slack = 0): Promise<void> {
  const repaired = await repair(backupWith(snapshot, BACKUP), BACKUP);
  expect(repaired.invented).toEqual([]);
  const isNamed = (seq: bigint): boolean =>
    [...repaired.stream.ranges].some(
      (range) => range.state === 'lost' && range.from <= seq && seq <= range.to,
    );
  expect(repaired.missing.filter((seq) => !isNamed(seq))).toEqual([]);
  const touched = MESSAGES.filter((message) => message.from < to && message.to > from).map(({ seq }) => seq);
  const surplus = repaired.missing.filter((seq) => !touched.includes(seq));
  expect(surplus.length).toBeLessThanOrEqual(slack);
}

const chunks = chunkOffsets(framed(ARCHIVE, CHUNK_BYTES));
const turns = Array.from({ length: 25 }, (_, i) => i);

describe('a damaged V2 archive', () => {
  it.each(turns)('flipped bits cost the messages of their chunk, turn %i', async (turn) => {
    const random = new Random(turn + 1);
    const snapshot = framed(ARCHIVE, CHUNK_BYTES);
    const chunk = 1 + random.below(chunks.length - 1);
    const at = (chunks[chunk] ?? 0) + 8 + random.below(200);
    snapshot[at] = (snapshot[at] ?? 0) ^ (1 << random.below(8));
    await expectOnlyLost(snapshot, (chunk - 1) * CHUNK_BYTES, chunk * CHUNK_BYTES);
  });

  it.each(turns)('a damaged chunk header costs nothing, turn %i', async (turn) => {
    const random = new Random(turn + 50);
    const snapshot = framed(ARCHIVE, CHUNK_BYTES);
    const at = chunks[random.below(chunks.length)] ?? 0;
    snapshot[at + random.below(4)] = random.below(256);
    await expectOnlyLost(snapshot, 0, 0);
  });

  it.each(turns)('overwritten entries within sound chunks are lost, not deleted, turn %i', async (turn) => {
    const random = new Random(turn + 350);
    const body = Buffer.from(ARCHIVE);
    for (let left = 3; left > 0; left--) {
      const at = MESSAGES[random.below(MESSAGES.length)]?.from ?? 0;
      body.fill(0xff, at, at + 5);
    }
    const repaired = await repair(backupWith(framed(body, CHUNK_BYTES), BACKUP), BACKUP);
    expect(repaired.invented).toEqual([]);
    expect(repaired.missing.length).toBeGreaterThan(0);
    expect(repaired.stream.lost).toBe(BigInt(repaired.missing.length));
  });

  it.each(turns)('zeroed and missing bytes cost the messages around, turn %i', async (turn) => {
    const random = new Random(turn + 150);
    const whole = framed(ARCHIVE, CHUNK_BYTES);
    const at = random.below(whole.length - 6000);
    const length = 1 + random.below(6000);
    const snapshot =
      turn % 2 === 0
        ? whole.fill(0, at, at + length)
        : Buffer.concat([whole.subarray(0, at), whole.subarray(at + length)]);
    const first = chunks.findLastIndex((chunk) => chunk <= at);
    const last = chunks.findLastIndex((chunk) => chunk < at + length);
    await expectOnlyLost(snapshot, (first - 1) * CHUNK_BYTES, last * CHUNK_BYTES);
  });

  it.each([0.3, 0.7])('one that ends at %d of its length', async (part) => {
    const whole = framed(ARCHIVE, CHUNK_BYTES);
    const end = Math.floor(whole.length * part);
    const last = chunks.findLastIndex((chunk) => chunk <= end);
    await expectOnlyLost(whole.subarray(0, end), (last - 1) * CHUNK_BYTES, ARCHIVE.length);
  });

  it('what a damaged chunk says of the stream is not believed where backup.json says it too', async () => {
    const snapshot = framed(ARCHIVE);
    const year = snapshot.indexOf('"last_ts":"2026') + '"last_ts":"'.length;
    snapshot[year] = '3'.charCodeAt(0);
    const { result, stream } = await repair(backupWith(snapshot, BACKUP), BACKUP);
    expect(stream).toMatchObject({ recovered: 0n, lost: 163n });
    const { target } = result.loss;
    expect(readFileSync(join(target, 'backup.json'), 'utf8')).toMatch(/"last_ts":\s*"2026/);
    expect(codesOf(await verifyDamaged(target)).filter((code) => /^(IDX|BIX)_/.test(code))).toEqual([]);
  });
});
