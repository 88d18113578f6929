import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ToolError } from '../../src/core/error.ts';
import { copyOf, editFile, tempFolder } from '../support/damage.ts';
import { chunkOffsets, framed, unframed } from '../support/frames.ts';
import { messageList } from '../support/message-list.ts';
import { mutate } from '../support/mutations.ts';
import { runCli } from '../support/run-cli.ts';
import { repairedMessages } from '../support/repaired.ts';

const CASES = 120;
const FIRST_SEED = 9000;

/** Null where a repair refuses it. */
async function takenBy(path: string): Promise<Map<bigint, string> | null> {
  return repairedMessages(path).catch((error: unknown) => {
    if (error instanceof ToolError) return null;
    throw error;
  });
}

it('cat gives what a repair takes of seeded damage', { timeout: 300_000 }, async () => {
  const folder = tempFolder();
  let damaged = 0;
  for (let seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) {
    const { path, what, original } = mutate(seed, folder);
    const taken = await takenBy(path);
    if (taken !== null) {
      expect(await messageList(path), what).toEqual(taken);
      if (taken.size !== (await messageList(original.path)).size) damaged++;
    }
    rmSync(join(folder, String(seed)), { recursive: true, force: true });
  }
  expect(damaged).toBeGreaterThan(CASES / 10);
});

it.each<[string, string, (bytes: Buffer) => Buffer]>([
  ['what decodes of a damaged block', 'COMPRESSED', (bytes) => bytes.fill(0xaa, 7902, 8104)],
  ['what follows records that stand there twice', 'ORDERS', (bytes) => copied(bytes, 103_902, 11_532)],
])('of a store cat gives %s, as a repair takes it', async (_, name, damage) => {
  const stream = copyOf(`2.14.5-full/store/jetstream/$G/streams/${name}`);
  const whole = await messageList(stream);
  editFile(join(stream, 'msgs/1.blk'), damage);
  const taken = await takenBy(stream);
  expect(taken?.size).toBeGreaterThan(whole.size / 2);
  expect(await messageList(stream)).toEqual(taken);
});

/** 2311 bytes from one place over another. */
function copied(bytes: Buffer, from: number, to: number): Buffer {
  bytes.copy(bytes, to, from, from + 2311);
  return bytes;
}

/** The mutation makes no V2 archives. */
const V2_BACKUP = '2.15.2-full/backups/$G/ORDERS';

it.each<[string, (bytes: Buffer) => Buffer]>([
  ['a chunk header', (bytes) => bytes.fill(0xaa, chunkOffsets(bytes)[9], (chunkOffsets(bytes)[9] ?? 0) + 4)],
  ['the end', (bytes) => bytes.subarray(0, bytes.length * 0.7)],
  ['an entry', (bytes) => framed(unframed(bytes).fill(0xff, 41_236, 42_136))],
])('of a V2 archive cat gives what a repair takes where %s is lost', async (_, damage) => {
  const backup = copyOf(V2_BACKUP);
  editFile(join(backup, 'stream.tar.s2'), (bytes) => damage(framed(unframed(bytes), 4096)));
  const taken = await takenBy(backup);
  expect(taken?.size).toBeGreaterThan(80);
  expect(await messageList(backup)).toEqual(taken);
  expect(runCli(['cat', backup]).exit).toBe(3);
  const [first] = taken?.keys() ?? [];
  expect(runCli(['cat', backup, '--seq', `${first}`])).toMatchObject({ exit: 0, stderr: '' });
});
