import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import { repairArchive } from '../../src/operation/repair/run.ts';
import type { StreamLoss } from '../../src/operation/salvage/types.ts';
import { paletteFor } from '../../src/report/palette.ts';
import { verifyText } from '../../src/report/text/verify.ts';
import { captures, hasShared } from '../support/captures.ts';
import { CAPTURES, copyOf, editFile, tempFolder } from '../support/damage.ts';
import { chunkOffsets, framed, unframed } from '../support/frames.ts';
import { messageList } from '../support/message-list.ts';
import { repair } from '../support/repaired.ts';

const CHUNK_BYTES = 4096;

/** A backup whose snapshot ends in the middle of a chunk. */
function cutBackup(backup: string, at: number): string {
  const folder = copyOf(backup);
  const snapshot = framed(unframed(readFileSync(join(CAPTURES, backup, 'stream.tar.s2'))), CHUNK_BYTES);
  const offsets = chunkOffsets(snapshot);
  const chunk = offsets[Math.floor(at * offsets.length)] ?? 0;
  editFile(join(folder, 'stream.tar.s2'), () => snapshot.subarray(0, chunk + 300));
  return folder;
}

describe.each([
  // Tombstones stand behind what they delete; a V2 archive leaves out what is deleted.
  ['V1', '2.14.5-full/backups/$G/ORDERS', [0.3, 0.5, 0.7]],
  ['V2', '2.15.2-full/backups/$G/ORDERS', []],
])('a cut %s snapshot with deletes behind the cut', (_, backup, unknownAt: readonly number[]) => {
  it.each([0.3, 0.5, 0.7, 0.9])('counts what is lost as the archive counts it, cut at %d', async (at) => {
    const { result, stream, missing, invented } = await repair(cutBackup(backup, at), backup);
    // Deletes behind the cut are not known: what they would take away was written, and said.
    expect(stream.lost + BigInt(invented.length)).toBe(BigInt(missing.length));
    const isUnknown = unknownAt.includes(at);
    expect(invented.length > 0).toBe(isUnknown);
    expect(result.loss.notes.some(({ code }) => code === 'DELETES_UNKNOWN')).toBe(isUnknown);
    const named = [...stream.ranges].reduce(
      (sum, { from, to, state }) => sum + (state === 'lost' ? to - from + 1n : 0n),
      0n,
    );
    expect([...stream.ranges].some(({ missing: counted }) => counted !== null)).toBe(named > stream.lost);
  });

  it('the repaired backup keeps the count: another repair tells the same', async () => {
    const target = join(tempFolder(), 'out');
    const { loss } = await repairArchive(cutBackup(backup, 0.7), { target });
    const again = await repairArchive(target, { target: join(tempFolder(), 'out') });
    const figures = ({ recovered, lost, deleted }: StreamLoss): bigint[] => [recovered, lost, deleted];
    expect(again.loss.streams.map(figures)).toEqual(loss.streams.map(figures));
    const healed = { target: join(tempFolder(), 'out'), from: [join(CAPTURES, backup)] };
    expect((await repairArchive(target, healed)).loss.streams).toMatchObject([{ lost: 0n }]);
  });

  it('what may be lost is still healed once the repaired backup is all there is', async () => {
    const first = join(tempFolder(), 'first');
    const { loss } = await repairArchive(cutBackup(backup, 0.5), { target: first });
    expect(loss.streams[0]?.doubtful).toBeGreaterThan(0n);
    const { status, streams, findings } = await verifyArchive(first);
    const said = findings.find(({ code }) => code === 'DECL_LOST_BEFORE');
    const lost = [...(loss.streams[0]?.ranges ?? [])].filter(({ state }) => state === 'lost');
    const sequences = lost.reduce((sum, { from, to }) => sum + to - from + 1n, 0n);
    expect(said).toMatchObject({ severity: 'info', data: { sequences } });
    expect(status).toBe('OK');
    expect(streams[0]?.declared?.lost?.msgs.at(-1)?.[1]).toBe(lost.at(-1)?.to);
    const healed = join(tempFolder(), 'healed');
    await repairArchive(first, { target: healed, from: [join(CAPTURES, backup)] });
    expect(await messageList(healed)).toEqual(await messageList(join(CAPTURES, backup)));
  });
});

it('verify counts as lost what a cut snapshot says it had, and repair no more', async () => {
  for (const backup of ['2.14.5-full/backups/$G/ORDERS', '2.15.2-full/backups/$G/ORDERS']) {
    const report = await verifyArchive(cutBackup(backup, 0.5));
    const [stream] = report.streams;
    const missing = BigInt(stream?.declared?.messages ?? 0) - BigInt(stream?.actual?.messages ?? 0);
    expect(missing).toBeGreaterThan(0n);
    const text = verifyText(report, paletteFor('never', false, true), false);
    // What is left of the chunk that was cut is not read; a repair finds more.
    expect(text).toMatch(new RegExp(`^ORDERS .* ≤ ${missing} +CRITICAL$`, 'm'));
    expect(text).toContain(`; up to ${missing} messages lost`);
  }
});

it.runIf(hasShared()).each([0.3, 0.5, 0.7, 0.9])(
  'no more is told as lost of a snapshot cut at %d than it held',
  async (at) => {
    // The number of a block is missing, and damage took the index, which would tell that its messages were deleted.
    const whole = captures().find(({ id }) => id === '2.10.29/full')?.folder ?? '';
    const backup = copyOf(join(whole, 'backups/$G/BLOCKS'));
    editFile(join(backup, 'stream.tar.s2'), (bytes) => bytes.subarray(0, bytes.length * at));
    const [stream] = (await verifyArchive(backup)).streams;
    const {
      lost_messages: most = 0n,
      doubtful_messages: doubtful = 0n,
      repairable_messages: saved = 0n,
    } = stream ?? {};
    expect(most).toBeGreaterThan(0n);
    expect(most).toBeLessThanOrEqual(BigInt(stream?.declared?.messages ?? 0));
    const { loss } = await repairArchive(backup, { target: join(tempFolder(), 'out'), dryRun: true });
    expect(most - doubtful - saved).toBe(loss.streams[0]?.lost);
  },
);
