import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyedSumHex } from '../../../src/codec/highwayhash.ts';
import { openCompressedBlock } from '../../../src/container/compressed-block.ts';
import { MemorySource } from '../../../src/source/memory.ts';
import { CAPTURES, editFile, recordsOf } from '../damage.ts';
import { framed } from '../frames.ts';

/** What servers do to damage that was once predicted wrongly, each reduced to one stream of a capture. */
export interface NamedDamage {
  readonly name: string;
  /** Below the captures. */
  readonly stream: string;
  readonly damage: (folder: string) => void;
  /** For 2.9, 2.10, 2.11, 2.12, 2.14, 2.15. */
  readonly expected: readonly string[];
}

export const dropBytes =
  (file: string, at: number, count: number) =>
  (folder: string): void =>
    editFile(join(folder, file), (bytes) =>
      Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + count)]),
    );

/** The sequence of one record of a block. */
export const renumber =
  (place: number, seq: bigint) =>
  (folder: string): void =>
    editFile(join(folder, 'msgs/1.blk'), (bytes) => {
      bytes.writeBigUInt64LE(seq, (recordsOf(bytes).at(place)?.at ?? 0) + 4);
      return bytes;
    });

export const cutBehind =
  (records: number) =>
  (folder: string): void =>
    editFile(join(folder, 'msgs/1.blk'), (bytes) => bytes.subarray(0, recordsOf(bytes)[records]?.at));

/** The time of one record of a block, which its sum covers. */
export const badRecord =
  (place: number) =>
  (folder: string): void =>
    editFile(join(folder, 'msgs/1.blk'), (bytes) => {
      bytes.writeBigInt64LE(1n, (recordsOf(bytes).at(place)?.at ?? 0) + 12);
      return bytes;
    });

/** A header length that leads out of its message: of the first that has a header, from a sequence on. */
export const overlongHeader =
  (from: bigint) =>
  (folder: string): void =>
    editFile(join(folder, 'msgs/1.blk'), (bytes) => {
      const record = recordsOf(bytes).find(({ hasHeader, seq }) => hasHeader && seq >= from);
      bytes.writeUInt32LE(1 << 25, (record?.at ?? 0) + 22 + (record?.subject ?? 0));
      return bytes;
    });

export const without =
  (...files: readonly string[]) =>
  (folder: string): void =>
    files.forEach((file) => rmSync(join(folder, file), { force: true, recursive: true }));

export const all =
  (...steps: readonly ((folder: string) => void)[]) =>
  (folder: string): void =>
    steps.forEach((step) => step(folder));

/** Another setting in meta.inf, and the sum that fits. */
export const configured =
  (before: string, after: string) =>
  (folder: string): void => {
    const path = join(folder, 'meta.inf');
    const text = readFileSync(path, 'utf8').replace(before, after);
    writeFileSync(path, text);
    const { name } = JSON.parse(text) as { name: string };
    writeFileSync(join(folder, 'meta.sum'), keyedSumHex(name, Buffer.from(text)));
  };

/** The stream keeps what its consumers have not acknowledged. */
export const retainInterest = configured('"retention":"limits"', '"retention":"interest"');
export const allowTtl = configured('"allow_msg_ttl":false', '"allow_msg_ttl":true');

export const copied =
  (from: string, to: string) =>
  (folder: string): void =>
    cpSync(join(folder, from), join(folder, to));

/** Changes what a compressed block decodes to. */
export const editPacked =
  (file: string, edit: (content: Buffer) => void) =>
  (folder: string): void =>
    editFile(join(folder, file), (bytes) => {
      const packed = openCompressedBlock(new MemorySource(bytes));
      const content = Buffer.alloc(packed?.sizeBytes ?? 0);
      packed?.read(content, 0);
      edit(content);
      const [body, end] = [content.subarray(0, -8), content.subarray(-8)];
      return Buffer.concat([Buffer.from('cmp\x01\x00', 'latin1'), framed(body), end]);
    });

/** Pages that were given to the file and never written. */
export const followedByZeros =
  (file: string) =>
  (folder: string): void =>
    editFile(join(folder, file), (bytes) => Buffer.concat([bytes, Buffer.alloc(4096 - bytes.length)]));

/** A folder in the place of a file. */
export const folderFor =
  (file: string) =>
  (folder: string): void => {
    rmSync(join(folder, file));
    mkdirSync(join(folder, file));
  };

/** A consumer of another stream, with another filter. */
export const consumerFor =
  (filter: string) =>
  (folder: string): void => {
    const target = join(folder, 'obs/READER');
    cpSync(join(CAPTURES, '2.14.5-full/store/jetstream/$G/streams/COMPRESSED/obs/READER'), target, {
      recursive: true,
    });
    editFile(join(target, 'meta.inf'), (bytes) =>
      Buffer.from(JSON.stringify({ ...JSON.parse(bytes.toString()), filter_subject: filter })),
    );
  };
