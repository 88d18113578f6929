import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pack } from 'tar-stream';
import { expect, it } from 'vitest';
import type { DeleteNote } from '../../src/operation/delete-note.ts';
import { CAPTURES, tempFolder } from '../support/damage.ts';
import { withoutTombstones } from '../support/damaged-copies.ts';
import { filesBelow } from '../support/files-below.ts';
import { framed } from '../support/frames.ts';
import { runCli } from '../support/run-cli.ts';
import { storedSequences } from '../support/message-list.ts';

/** Writes a folder of a store as a snapshot; of the files that `isHit` the header is damaged. */
async function writeSnapshot(
  folder: string,
  path: string,
  isHit: (name: string) => boolean = () => false,
): Promise<void> {
  const parts: Uint8Array[] = [];
  for (const file of filesBelow(folder)) {
    const name = relative(folder, file);
    const tar = pack();
    tar.entry({ name }, readFileSync(file));
    tar.finalize();
    const entry: Uint8Array[] = [];
    for await (const part of tar) entry.push(part as Uint8Array);
    const bytes = Buffer.concat(entry).subarray(0, -END_BYTES);
    if (isHit(name)) bytes.fill(0x55, 148, 154);
    parts.push(bytes);
  }
  writeFileSync(path, framed(Buffer.concat([...parts, Buffer.alloc(END_BYTES)])));
}

/** The end mark of a tar. */
const END_BYTES = 1024;

it('an encrypted snapshot with a damaged header hinders no stream beside it', async () => {
  const account = join(tempFolder(), 'A');
  mkdirSync(join(account, 'CLOSED'), { recursive: true });
  cpSync(join(CAPTURES, '2.14.5-full/backups/$G/TTL'), join(account, 'TTL'), { recursive: true });
  const closed = join(CAPTURES, '2.14.5-enc-chacha/store/jetstream/$G/streams/ORDERS');
  const backup = readFileSync(join(CAPTURES, '2.14.5-full/backups/$G/ORDERS/backup.json'));
  writeFileSync(join(account, 'CLOSED/backup.json'), backup);
  const snapshot = join(account, 'CLOSED/stream.tar.s2');
  await writeSnapshot(closed, snapshot);
  const undamaged = runCli(['cat', account]);
  expect(undamaged.stderr).toContain('natsarc: ENC_KEY_REQUIRED: ');
  expect(undamaged.stdout).toContain('"stream":"TTL"');
  // Before the key of the stream, and behind it.
  for (const hit of ['meta.inf', 'msgs/1.blk']) {
    await writeSnapshot(closed, snapshot, (name) => name === hit);
    const run = runCli(['cat', account]);
    expect(run).toMatchObject({ exit: 3, stdout: undamaged.stdout });
    expect(run.stderr).toContain('natsarc: TAR_HEADER_CORRUPT: ');
    expect(run.stderr).toContain('natsarc: ENC_KEY_REQUIRED: ');
    expect(run.stderr).not.toMatch(/BLK_|META_/);
  }
});

/** As it is told of the folder, so of a snapshot of it in which the header of meta.sum is damaged. */
async function expectSame(stream: string, code: DeleteNote['code']): Promise<void> {
  const snapshot = join(tempFolder(), 'stream.tar.s2');
  await writeSnapshot(stream, snapshot, (name) => name === 'meta.sum');
  const told = await storedSequences(stream);
  expect(told.notes.map((note) => note.code)).toContain(code);
  expect(await storedSequences(snapshot)).toMatchObject({
    seqs: told.seqs,
    notes: told.notes.map(({ code: same, text }) => ({ code: same, text })),
  });
}

it.each(['ORDERS', 'PURGEPART', 'TAILDEL', 'WQ'])(
  '%s: what an old index.db proves deleted is left out and told, past damage too',
  async (name) => expectSame(withoutTombstones(name), 'DELETES_PROVEN'),
);

it('what an index.db of another stream calls deleted is told past damage too', async () => {
  const stream = withoutTombstones('WQ');
  const other = join(CAPTURES, '2.15.2-full/store/jetstream/$G/streams/WQ/msgs/index.db');
  cpSync(other, join(stream, 'msgs/index.db'));
  await expectSame(stream, 'DELETES_UNKNOWN');
});

it('where damage took index.db, messages are called here, not written', async () => {
  const snapshot = join(tempFolder(), 'stream.tar.s2');
  const isHit = (name: string): boolean => name === 'msgs/index.db';
  await writeSnapshot(withoutTombstones('TAILDEL'), snapshot, isHit);
  const { seqs, notes } = await storedSequences(snapshot);
  expect(notes).toMatchObject([
    {
      code: 'DELETES_UNKNOWN',
      text: `damage took index.db: up to ${seqs.length} messages that are here may have been deleted, and as many more lost then`,
    },
  ]);
});
