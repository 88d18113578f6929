import { hashKey } from '../codec/highwayhash.ts';
import { ByteWriter } from '../core/bytes/byte-writer.ts';
import { CHECKSUM_BYTES, ERASED_BIT, lengthWord, recordBytesOf } from '../format/block/record.ts';
import { highwayHash64 } from '../kernels/index.ts';
import { StreamLayout } from './stream-layout.ts';
import type { WritableMessage } from './writable-message.ts';

/** A whole message block; `bytes` is valid during the call only. */
export type EmitBlock = (blockNumber: number, bytes: Uint8Array) => void;

/** A block is no longer, unless one message is (server: defaultLargeBlockSize). */
export const BLOCK_BYTES: number = 8 * 1024 * 1024;
/** A server keeps a bit for each deleted sequence within a block, none for those between blocks. */
export const MOST_DELETED_IN_BLOCK = 1n << 23n;
const NO_BYTES = new Uint8Array(0);

/** What stands in a record before its checksum; an empty header is none. */
export interface RecordParts {
  readonly seqWord: bigint;
  readonly timeNs: bigint;
  readonly subject: Uint8Array;
  readonly header: Uint8Array;
  readonly data: Uint8Array;
}

/** Writes a record up to its checksum. */
export function appendUnsealed(block: ByteWriter, record: RecordParts): void {
  const { seqWord, timeNs, subject, header, data } = record;
  const lengthBytes = recordBytesOf(subject.length, header.length, data.length);
  block.u32(lengthWord(lengthBytes, header.length > 0));
  block.u64(seqWord).i64(timeNs).u16(subject.length).bytes(subject);
  if (header.length > 0) block.u32(header.length).bytes(header);
  block.bytes(data);
}

/**
 * Turns messages, in rising sequence, into message blocks that every server reads: plain, numbered from 1, deleted
 * sequences as holes (format/block/README.md). Holds one block.
 */
export class BlockWriter {
  readonly #streamName: string;
  readonly #emit: EmitBlock;
  readonly #block = new ByteWriter(256 * 1024);
  readonly #hashed = new ByteWriter(64 * 1024);
  /** What was written so far, as index files tell it. */
  readonly layout = new StreamLayout();
  #number = 1;
  #key: Uint8Array;
  #lastSeq = 0n;
  #deletedInBlock = 0n;

  constructor(streamName: string, emit: EmitBlock) {
    this.#streamName = streamName;
    this.#emit = emit;
    this.#key = hashKey(`${streamName}-1`);
  }

  add(message: WritableMessage): void {
    if (message.seq <= this.#lastSeq) throw new RangeError(`sequence ${message.seq} after ${this.#lastSeq}`);
    const { seq, timeNs, subject, header, data } = message;
    this.#leaveOut(seq - this.#lastSeq - 1n);
    const lengthBytes = this.#append(seq, timeNs, subject, header ?? NO_BYTES, data);
    this.layout.message(this.#number, message, lengthBytes);
    this.#lastSeq = seq;
  }

  /** Ends the last block; where the stream's last messages are deleted, a skip record keeps its last sequence. */
  finish(lastSeq: bigint, lastTimeNs: bigint): void {
    if (lastSeq > this.#lastSeq) {
      this.#leaveOut(lastSeq - this.#lastSeq);
      this.#append(lastSeq | ERASED_BIT, lastTimeNs, NO_BYTES, NO_BYTES, NO_BYTES);
      this.layout.tail(this.#number, lastSeq, lastTimeNs);
    }
    if (this.#block.lengthBytes > 0) this.#flush();
  }

  /** Counts sequences before the next record that hold nothing; where they are too many, it starts a block. */
  #leaveOut(count: bigint): void {
    if (this.#block.lengthBytes === 0) return;
    this.#deletedInBlock += count;
    if (this.#deletedInBlock > MOST_DELETED_IN_BLOCK) this.#flush();
  }

  #append(
    seqWord: bigint,
    timeNs: bigint,
    subject: Uint8Array,
    header: Uint8Array,
    data: Uint8Array,
  ): number {
    const lengthBytes = recordBytesOf(subject.length, header.length, data.length);
    if (this.#block.lengthBytes > 0 && this.#block.lengthBytes + lengthBytes > BLOCK_BYTES) this.#flush();
    const block = this.#block;
    appendUnsealed(block, { seqWord, timeNs, subject, header, data });
    this.#hashed.clear();
    this.#hashed.u64(seqWord).i64(timeNs).bytes(subject).bytes(header).bytes(data);
    block.bytes(highwayHash64(this.#key, this.#hashed.written));
    return lengthBytes;
  }

  #flush(): void {
    const bytes = this.#block.written;
    this.layout.ended(this.#number, bytes.subarray(-CHECKSUM_BYTES));
    this.#emit(this.#number, bytes);
    this.#block.clear();
    this.#deletedInBlock = 0n;
    this.#number++;
    this.#key = hashKey(`${this.#streamName}-${this.#number}`);
  }
}
