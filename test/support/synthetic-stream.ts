import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { hashKey, keyedSum } from '../../src/codec/highwayhash.ts';
import { highwayHash64 } from '../../src/kernels/index.ts';
import { recordBytes } from './record-bytes.ts';
import { chunk, framed } from './frames.ts';
import { SnapshotWriter } from '../../src/writer/snapshot-writer.ts';
import { crc32cMasked } from '../../src/kernels/index.ts';

/** A message record with a checksum that fits. */
export function record(key: Uint8Array, seq: bigint, subject: string, payload: Uint8Array): Buffer {
  const parts = { word: seq, timeNs: 1_700_000_000_000_000_000n + seq, subject, payload };
  return recordBytes(parts, (covered) => highwayHash64(key, covered));
}

export interface SyntheticMessage {
  readonly seq: bigint;
  readonly timeNs: bigint;
  readonly subject: string;
  /** Empty: none. */
  readonly header: string;
  readonly data: string;
}

/** As `record`, of a message with everything. */
function messageRecord(key: Uint8Array, { seq, data, ...parts }: SyntheticMessage): Buffer {
  return recordBytes({ ...parts, word: seq, payload: Buffer.from(data) }, (covered) =>
    highwayHash64(key, covered),
  );
}

export interface SyntheticBlock {
  readonly number: number;
  readonly messages: readonly SyntheticMessage[];
}

/** Writes a stream of these blocks, as a folder, or as a snapshot `NAME.tar.s2`; gives its path. */
export function writeBlocks(
  parent: string,
  name: string,
  blocks: readonly SyntheticBlock[],
  form: 'folder' | 'snapshot' = 'folder',
): string {
  const files = blocks.map(({ number, messages }): [string, Buffer] => {
    const key = hashKey(`${name}-${number}`);
    return [`msgs/${number}.blk`, Buffer.concat(messages.map((message) => messageRecord(key, message)))];
  });
  const all = [...metaFiles(name, '>'), ...files];
  if (form === 'snapshot') {
    const path = join(parent, `${name}.tar.s2`);
    const chunks: Buffer[] = [];
    const writer = new SnapshotWriter((bytes) => chunks.push(Buffer.from(bytes)));
    for (const [file, bytes] of all) writer.addFile(file, bytes);
    writer.end();
    writeFileSync(path, Buffer.concat(chunks));
    return path;
  }
  const folder = join(parent, name);
  mkdirSync(join(folder, 'msgs'), { recursive: true });
  for (const [file, bytes] of all) writeFileSync(join(folder, file), bytes);
  return folder;
}

export interface BlockPlan {
  /** Payload bytes of each record; the pattern repeats until the block has `blockBytes`. */
  readonly payloads: readonly number[];
  readonly blockBytes: number;
}

const PAYLOAD = Buffer.alloc(33 << 20, 'natsarc ');

/** The blocks of a stream called BIG, one at a time. */
export function* blocksOf(plans: readonly BlockPlan[]): Generator<Buffer> {
  let seq = 1n;
  for (const [i, plan] of plans.entries()) {
    const key = hashKey(`BIG-${i + 1}`);
    const records: Buffer[] = [];
    for (let bytes = 0, n = 0; bytes < plan.blockBytes; n++) {
      const payload = PAYLOAD.subarray(0, plan.payloads[n % plan.payloads.length] ?? 0);
      const one = record(key, seq++, `big.${n % 50}`, payload);
      records.push(one);
      bytes += one.length;
    }
    yield Buffer.concat(records);
  }
}

function metaFiles(name: string, subject: string): [string, Buffer][] {
  const meta = JSON.stringify({
    Created: '2026-01-01T00:00:00Z',
    name,
    subjects: [subject],
    retention: 'limits',
    storage: 'file',
    num_replicas: 1,
  });
  const sum = Buffer.from(keyedSum(name, Buffer.from(meta))).toString('hex');
  return [
    ['meta.inf', Buffer.from(meta)],
    ['meta.sum', Buffer.from(sum)],
  ];
}

/** Writes the folder of a stream of one block, its messages numbered from 1 on; gives its path. */
export function writeMessages(
  parent: string,
  name: string,
  messages: readonly { readonly subject: string; readonly data: string | Uint8Array }[],
): string {
  const folder = join(parent, name);
  mkdirSync(join(folder, 'msgs'), { recursive: true });
  for (const [file, bytes] of metaFiles(name, '>')) writeFileSync(join(folder, file), bytes);
  const key = hashKey(`${name}-1`);
  const records = messages.map(({ subject, data }, i) =>
    record(key, BigInt(i + 1), subject, Buffer.from(data)),
  );
  writeFileSync(join(folder, 'msgs/1.blk'), Buffer.concat(records));
  return folder;
}

/** Writes a stream folder `BIG`; gives its path. */
export function writeStreamFolder(parent: string, plans: readonly BlockPlan[]): string {
  const folder = join(parent, 'BIG');
  mkdirSync(join(folder, 'msgs'), { recursive: true });
  for (const [name, bytes] of metaFiles('BIG', 'big.>')) writeFileSync(join(folder, name), bytes);
  let number = 1;
  for (const block of blocksOf(plans)) writeFileSync(join(folder, `msgs/${number++}.blk`), block);
  return folder;
}

/** Writes the same as a V1 snapshot of uncompressed chunks. */
export async function writeSnapshot(path: string, plans: readonly BlockPlan[]): Promise<void> {
  const out = createWriteStream(path);
  out.write(framed(new Uint8Array(0)));
  const emit = async (bytes: Uint8Array): Promise<void> => {
    for (let at = 0; at < bytes.length; at += 1 << 20) {
      const part = bytes.subarray(at, at + (1 << 20));
      const crc = Buffer.alloc(4);
      crc.writeUInt32LE(crc32cMasked(part));
      if (!out.write(chunk(1, Buffer.concat([crc, part])))) await once(out, 'drain');
    }
  };
  for (const [name, bytes] of metaFiles('BIG', 'big.>')) await emit(tarEntry(name, bytes));
  let number = 1;
  for (const block of blocksOf(plans)) await emit(tarEntry(`msgs/${number++}.blk`, block));
  await emit(new Uint8Array(1024));
  out.end();
  await once(out, 'finish');
}

function tarEntry(name: string, bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000600\0', 100);
  header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}
