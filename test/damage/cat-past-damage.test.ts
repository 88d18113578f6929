import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withLeftOver } from '../../src/operation/cat/left-over.ts';
import { catMessages, catText } from '../../src/operation/cat/run.ts';
import { exportStream } from '../../src/operation/export/run.ts';
import { catKeyValues } from '../../src/operation/kv/run.ts';
import { loadStream } from '../../src/operation/open/load-stream.ts';
import { withArchive } from '../../src/operation/open/open-archive.ts';
import { CAPTURES, copyOf, editFile, tempFolder, treeSum } from '../support/damage.ts';
import { chunkOffsets, framed, unframed } from '../support/frames.ts';
import { messageList, storedSequences } from '../support/message-list.ts';
import { runCli } from '../support/run-cli.ts';
import { repairedMessages } from '../support/repaired.ts';

const BACKUPS = '2.14.5-full/backups/$G';
const CHUNK_BYTES = 4096;

/** A backup of which some chunks of the snapshot, of 4 KiB each, hold something else. */
function withoutChunk(name: string, ...places: readonly number[]): string {
  const backup = copyOf(`${BACKUPS}/${name}`);
  damageChunks(backup, places);
  return backup;
}

function damageChunks(backup: string, places: readonly number[]): void {
  const file = join(backup, 'stream.tar.s2');
  const snapshot = framed(unframed(readFileSync(file)), CHUNK_BYTES);
  const offsets = chunkOffsets(snapshot);
  for (const place of places) {
    const at = offsets[place] ?? 0;
    snapshot.fill(0xaa, at + 8, at + 200);
  }
  writeFileSync(file, snapshot);
}

describe.each(['ORDERS', 'COMPRESSED', 'WQ', 'EDGE'])('%s, whose first chunk is damaged', (name) => {
  it('cat gives what a repair takes, and says what is damaged', async () => {
    const backup = withoutChunk(name, 1);
    const before = treeSum(backup);
    const taken = await repairedMessages(backup);
    const found = await messageList(backup);
    expect(taken.size).toBeGreaterThan(0);
    expect(found).toEqual(taken);
    // Chunk 1 holds no message and no delete.
    expect(found).toEqual(await messageList(join(CAPTURES, BACKUPS, name)));
    const run = runCli(['cat', backup]);
    expect(run.exit).toBe(3);
    expect(run.stdout.split('\n')).toHaveLength(taken.size + 1);
    expect(run.stderr).toMatch(/TAR_HEADER_CORRUPT|S2_CHUNK_CORRUPT/);
    expect(treeSum(backup)).toBe(before);
  });

  it('so does export, and filters look among these messages', async () => {
    const backup = withoutChunk(name, 1);
    const taken = [...(await repairedMessages(backup)).keys()];
    const seqs: bigint[] = [];
    const { findings } = await exportStream(
      backup,
      { lastPerSubject: 1 },
      {
        begin: async () => {},
        messages: (lot) => {
          for (const { seq } of lot) seqs.push(seq);
        },
      },
    );
    expect(findings.some(({ severity }) => severity === 'critical')).toBe(true);
    expect(seqs).toEqual(taken.filter((seq) => seqs.includes(seq)));
    expect(seqs).toContain(taken.at(-1));
    const [from, to] = [taken[1] ?? 0n, taken[3] ?? 0n];
    const some = await storedSequences(backup, { minSeq: from, maxSeq: to });
    expect(some.seqs).toEqual(taken.slice(1, 4));
  });
});

it('damage elsewhere does not count where every message asked for is sound', async () => {
  const backup = withoutChunk('ORDERS', 1, 9);
  const left = [...(await messageList(backup)).keys()];
  const was = [...(await messageList(join(CAPTURES, BACKUPS, 'ORDERS'))).keys()];
  const lost = was.filter((seq) => !left.includes(seq));
  expect(lost.length).toBeGreaterThan(0);
  expect(runCli(['cat', backup]).exit).toBe(3);
  for (const seq of [left[0], left.at(-1)])
    expect(runCli(['cat', backup, '--seq', `${seq}`])).toMatchObject({ exit: 0, stderr: '' });
  for (const seq of [lost[0], lost.at(-1)])
    expect(runCli(['cat', backup, '--seq', `${seq}`])).toMatchObject({ exit: 3, stdout: '' });
  expect(runCli(['cat', backup, '--min-seq', '1', '--max-seq', `${lost[0]}`]).exit).toBe(3);
});

it('no message is looked at behind a limit', async () => {
  const backup = withoutChunk('ORDERS', 1);
  const looked: bigint[] = [];
  await withArchive(backup, {}, async (work) => {
    const [parts] = work.selected;
    if (parts === undefined) throw new Error('no stream');
    await withLeftOver(loadStream(parts), work, async (left) =>
      left?.messages(
        ({ seq }) => looked.push(seq) > 0,
        async () => {},
        () => looked.length === 2,
      ),
    );
  });
  expect(looked).toEqual([...(await messageList(backup)).keys()].slice(0, 2));
});

it('keys of a bucket are found behind the damage', async () => {
  const backup = withoutChunk('KV_settings', 1);
  const revisions: bigint[] = [];
  const taken = await repairedMessages(backup);
  await catKeyValues(backup, { history: true }, async (entries) => {
    for (const { revision } of entries) revisions.push(revision);
  });
  expect(revisions).toEqual([...taken.keys()]);
});

it('text is what it is message by message', async () => {
  const backup = withoutChunk('ORDERS', 1);
  let messages = 0;
  const result = await catText(
    backup,
    {},
    {
      start: () => null,
      text: async () => {
        throw new Error('nothing is rendered behind damage');
      },
      messages: (lot) => {
        messages += lot.length;
      },
    },
  );
  expect(result.messages).toBe(messages);
  expect(messages).toBe((await repairedMessages(backup)).size);
});

it.each([0, 2, 5, 9, 20])('any chunk may be damaged, also the mark of the file: %d', async (place) => {
  const backup = withoutChunk('ORDERS', place);
  const found = await messageList(backup);
  expect(found).toEqual(await repairedMessages(backup));
  const was = await messageList(join(CAPTURES, BACKUPS, 'ORDERS'));
  for (const [seq, sum] of found) expect(was.get(seq)).toBe(sum);
});

describe.each([
  ['ORDERS', 1024 * 1024],
  ['ORDERS', 20_000],
  ['COMPRESSED', 1024 * 1024],
  ['WQ', 1024 * 1024],
  ['TTL', 1024 * 1024],
])('%s in chunks of %d bytes, of which the end is lost', (name, chunkBytes) => {
  it.each([0.5, 0.7, 0.9, 0.99])('cat gives what a repair takes of the first %d', async (part) => {
    const backup = copyOf(`${BACKUPS}/${name}`);
    editFile(join(backup, 'stream.tar.s2'), (bytes) => {
      const snapshot = framed(unframed(bytes), chunkBytes);
      return snapshot.subarray(0, snapshot.length * part);
    });
    const found = await messageList(backup);
    expect(found.size).toBeGreaterThan(0);
    expect(found).toEqual(await repairedMessages(backup));
    const run = runCli(['cat', backup]);
    expect(run).toMatchObject({ exit: 3, stderr: expect.stringContaining('natsarc: S2_CUT: ') as unknown });
    // meta.inf stands before the cut, and no header was damaged.
    expect(run.stderr).not.toMatch(/META_MISSING|TAR_|S2_CRC/);
  });
});

it.each([8000, 16_385, 29_000])('of a .tgz that is cut at %d cat gives what a repair takes', async (end) => {
  const path = join(tempFolder(), 'ORDERS.tgz');
  const whole = readFileSync(join(CAPTURES, '2.2.0-legacy/backups/streams/ORDERS.tgz'));
  writeFileSync(path, whole.subarray(0, end));
  const found = await messageList(path);
  expect(found.size).toBeGreaterThan(0);
  expect(found).toEqual(await repairedMessages(path));
});

it('zeros where the header of a block was end the tar for a server, not for cat', async () => {
  const backup = copyOf(`${BACKUPS}/TAILDEL`);
  editFile(join(backup, 'stream.tar.s2'), (bytes) => framed(unframed(bytes).fill(0, 1798, 3439)));
  const found = await messageList(backup);
  expect(found.size).toBeGreaterThan(0);
  expect(found).toEqual(await repairedMessages(backup));
});

/** Messages of WQ that were acknowledged, and so deleted: of the first 40 all but a few. Of those up to 15 backup.json tells. */
const ACKNOWLEDGED = Array.from({ length: 40 }, (_, i) => BigInt(i + 1)).filter(
  (seq) => seq > 15n && seq % 5n !== 1n,
);

it.each<[string, (bytes: Buffer) => Buffer, bigint[]]>([
  ['ORDERS', (bytes) => bytes.fill((bytes[22_647] ?? 0) ^ 8, 22_647, 22_648), [7n, 57n]],
  ['WQ', (bytes) => bytes.fill(0, 4090, 5702), ACKNOWLEDGED],
])('of %s messages are there again that were deleted, and it is said', async (name, damage, risen) => {
  const backup = copyOf(`${BACKUPS}/${name}`);
  editFile(join(backup, 'stream.tar.s2'), damage);
  const was = await messageList(join(CAPTURES, BACKUPS, name));
  const found = await messageList(backup);
  expect(found).toEqual(await repairedMessages(backup));
  expect([...found.keys()].filter((seq) => !was.has(seq))).toEqual(risen);
  for (const [seq, sum] of found) if (was.has(seq)) expect(was.get(seq)).toBe(sum);
  const { notes } = await catMessages(backup, {}, () => {});
  expect(notes.map(({ code }) => code)).toContain('DELETES_UNKNOWN');
});

it('lines are those of the undamaged archive, also of one stream among others of an account', async () => {
  const backups = copyOf('2.14.5-full/account-backup');
  const before = runCli(['cat', backups]);
  damageChunks(join(backups, '$G/ORDERS'), [1]);
  const after = runCli(['cat', backups]);
  expect(after.exit).toBe(3);
  expect(after.stdout).toContain('{"account":"$G","stream":"ORDERS","subject":');
  expect(after.stdout.split('\n')).toEqual(before.stdout.split('\n'));
});
