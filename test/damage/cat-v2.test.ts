import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diffArchives } from '../../src/operation/diff/run.ts';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import { CAPTURES } from '../support/damage.ts';
import { backupWith } from '../support/damaged-copies.ts';
import { chunkOffsets, framed, unframed } from '../support/frames.ts';
import { messageList } from '../support/message-list.ts';
import { Random } from '../support/random.ts';
import { repair } from '../support/repaired.ts';
import { runCli } from '../support/run-cli.ts';

const BACKUP = '2.15.2-full/backups/$G/ORDERS';
const CHUNK_BYTES = 4096;
const ARCHIVE = unframed(readFileSync(join(CAPTURES, BACKUP, 'stream.tar.s2')));
const WHOLE = framed(ARCHIVE, CHUNK_BYTES);
const CHUNKS = chunkOffsets(WHOLE);
const ORIGINAL = runCli(['cat', join(CAPTURES, BACKUP)])
  .stdout.trimEnd()
  .split('\n');

/** Bits of the checksum (what the chunk decodes to is right, and nobody knows), of a literal, anywhere. */
function damaged(turn: number): string {
  const random = new Random(turn + 1);
  const snapshot = Buffer.from(WHOLE);
  for (let hits = 0; hits <= turn % 3; hits++) {
    // The first chunk holds consumers, and no message.
    const chunk = CHUNKS[2 + random.below(CHUNKS.length - 2)] ?? 0;
    const at = chunk + 4 + (turn % 2 === 0 ? random.below(4) : 4 + random.below(300));
    snapshot[at] = (snapshot[at] ?? 0) ^ (1 << random.below(8));
  }
  return backupWith(snapshot, BACKUP);
}

const TURNS = Array.from({ length: 24 }, (_, i) => i);

describe('a V2 archive with damaged chunks', () => {
  it.each(TURNS)('cat gives what repair keeps, and nothing else, turn %i', async (turn) => {
    const path = damaged(turn);
    const { exit, stdout, stderr } = runCli(['cat', path]);
    const lines = stdout === '' ? [] : stdout.trimEnd().split('\n');
    expect(lines.filter((line) => !ORIGINAL.includes(line))).toEqual([]);
    expect(lines.length).toBeLessThan(ORIGINAL.length);
    expect(exit).toBe(3);
    expect(stderr).toMatch(/natsarc: S2_(CRC_MISMATCH|CHUNK_CORRUPT): /);
    const { stream, result } = await repair(path, BACKUP);
    expect(BigInt(lines.length)).toBe(stream.recovered);
    expect(await messageList(result.loss.target)).toEqual(await messageList(path));
  });

  it('so do export, diff and verify', async () => {
    const path = damaged(4);
    const kept = (await messageList(path)).size;
    const exported = runCli(['export', path, '--to', 'ndjson']);
    expect(exported.exit).toBe(3);
    expect(exported.stdout.trimEnd().split('\n')).toHaveLength(kept + 1);
    const report = await verifyArchive(path);
    expect(report.checked.messages).toBe(kept);
    expect(report.status).toBe('CRITICAL');
    const { streams } = await diffArchives(path, join(CAPTURES, BACKUP));
    const messages = streams[0]?.messages;
    expect(messages?.changed).toEqual([]);
    expect([...(messages?.only_a ?? [[0n, 0n]])]).toEqual([]);
    const missing = [...(messages?.only_b ?? [])].reduce((sum, [from, to]) => sum + to - from + 1n, 0n);
    expect(missing).toBe(BigInt(ORIGINAL.length - kept));
  });

  it('--seq of a message that no damage touches is done, of another one not', async () => {
    const path = damaged(4);
    const kept = await messageList(path);
    const all = (await messageList(join(CAPTURES, BACKUP))).keys();
    const lost = [...all].find((seq) => !kept.has(seq));
    const [sound] = [...kept.keys()];
    const good = runCli(['cat', path, '--seq', String(sound)]);
    expect({ exit: good.exit, stderr: good.stderr }).toEqual({ exit: 0, stderr: '' });
    expect(ORIGINAL).toContain(good.stdout.trimEnd());
    const bad = runCli(['cat', path, '--seq', String(lost)]);
    expect({ exit: bad.exit, stdout: bad.stdout }).toEqual({ exit: 3, stdout: '' });
  });
});
