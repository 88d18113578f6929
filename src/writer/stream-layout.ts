import { packRanges, unpackRanges, type PackedRanges } from '../core/packed-ranges.ts';
import { NO_PACKED, packedGaps } from '../core/packed-sets.ts';
import { RangeBuilder } from '../core/range-builder.ts';
import { mergeRanges } from '../core/sequence-ranges.ts';
import { messageTtlNs } from '../format/message-header/ttl.ts';
import { headerValue } from '../format/message-header/value.ts';
import type { IndexSubject } from '../format/index/types.ts';
import type { RewriteResult } from '../workers/jobs/rewrite.ts';
import type { WritableMessage } from './writable-message.ts';
import { SubjectCounts } from './subject-counts.ts';

/** What one written block holds. */
export interface BlockLayout {
  readonly index: number;
  messages: number;
  bytes: number;
  firstSeq: bigint;
  firstTimeNs: bigint;
  lastSeq: bigint;
  lastTimeNs: bigint;
  /** Messages with a `Nats-TTL` and with a `Nats-Schedule` header. */
  ttls: number;
  schedules: number;
  /** Sequences within first..last that hold no message; known once the block has ended. */
  deleted: PackedRanges;
  lastChecksum: Uint8Array;
}

/** What is known of a block that was written as a whole. */
type WrittenBlock = Pick<
  RewriteResult,
  'messages' | 'messageBytes' | 'firstSeq' | 'firstTimeNs' | 'lastSeq' | 'lastTimeNs' | 'subjects' | 'timed'
>;

/** A message that a server has to send later, by its `Nats-Schedule`. */
export interface ScheduledMessage {
  readonly seq: bigint;
  readonly pattern: string;
}

/** Beyond these a server builds its indexes faster than they are worth keeping in memory here. */
const MOST_SUBJECTS = 250_000;
const MOST_SUBJECT_BYTES = 64 * 1024 * 1024;
const MOST_EXPIRIES = 2_000_000;

/** Follows the writing of a stream, by messages or whole blocks, and remembers what its index files have to say. */
export class StreamLayout {
  readonly blocks: BlockLayout[] = [];
  messages = 0;
  bytes = 0;
  readonly scheduled = new Map<string, ScheduledMessage>();
  /** Of the block that is being written. */
  readonly #deleted = new RangeBuilder();
  #subjects: SubjectCounts | null = new SubjectCounts();
  #expiries: { seq: bigint; expiresNs: bigint }[] | null = [];

  message(blockNumber: number, message: WritableMessage, lengthBytes: number): void {
    const block = this.#blockOf(blockNumber, message.seq, message.timeNs);
    if (message.seq > block.lastSeq + 1n) this.#deleted.add(block.lastSeq + 1n, message.seq - 1n);
    block.messages++;
    block.bytes += lengthBytes;
    block.lastSeq = message.seq;
    block.lastTimeNs = message.timeNs;
    this.messages++;
    this.bytes += lengthBytes;
    const { subject, header } = message;
    this.#subjects?.add(subject, 1, blockNumber);
    this.#forgetMany();
    if (header !== null) this.#readHeader(block, message, header, Buffer.from(subject).toString('latin1'));
  }

  /** A block that was written as a whole. `live` are the sequences in it. */
  block(number: number, written: WrittenBlock, live: PackedRanges): void {
    const block = this.#blockOf(number, written.firstSeq, written.firstTimeNs);
    block.messages = written.messages;
    block.bytes = written.messageBytes;
    block.lastSeq = written.lastSeq;
    block.lastTimeNs = written.lastTimeNs;
    block.deleted = packedGaps(live);
    this.messages += written.messages;
    this.bytes += written.messageBytes;
    for (const lot of written.subjects) {
      this.#subjects?.addLot(lot, number);
      this.#forgetMany();
    }
    for (const message of written.timed) this.#readHeader(block, message, message.header, message.subject);
  }

  /** The skip record behind the last message: `seq` is the stream's last and holds nothing. */
  tail(blockNumber: number, seq: bigint, timeNs: bigint): void {
    const block = this.#blockOf(blockNumber, seq + 1n, 0n);
    if (block.messages > 0) this.#deleted.add(block.lastSeq + 1n, seq);
    block.lastSeq = seq;
    block.lastTimeNs = timeNs;
  }

  ended(blockNumber: number, lastChecksum: Uint8Array): void {
    const block = this.blocks[blockNumber - 1];
    if (block !== undefined) {
      block.lastChecksum = lastChecksum.slice();
      const behind = this.#deleted.view();
      if (behind.length > 0) block.deleted = packRanges(mergeRanges([unpackRanges(block.deleted), behind]));
    }
    this.#deleted.clear();
  }

  get numSubjects(): number | null {
    return this.#subjects?.size ?? null;
  }

  /** null where there were too many to remember. */
  subjects(): (() => Iterable<IndexSubject>) | null {
    const subjects = this.#subjects;
    return subjects === null ? null : () => subjects;
  }

  /** null where there were too many to remember. */
  expiries(): readonly { readonly seq: bigint; readonly expiresNs: bigint }[] | null {
    return this.#expiries;
  }

  #blockOf(number: number, firstSeq: bigint, firstTimeNs: bigint): BlockLayout {
    const known = this.blocks[number - 1];
    if (known !== undefined) return known;
    const block: BlockLayout = {
      index: number,
      messages: 0,
      bytes: 0,
      firstSeq,
      firstTimeNs,
      lastSeq: firstSeq - 1n,
      lastTimeNs: firstTimeNs,
      ttls: 0,
      schedules: 0,
      deleted: NO_PACKED,
      lastChecksum: new Uint8Array(8),
    };
    this.blocks.push(block);
    return block;
  }

  #forgetMany(): void {
    const subjects = this.#subjects;
    if (subjects !== null && (subjects.size > MOST_SUBJECTS || subjects.textBytes > MOST_SUBJECT_BYTES))
      this.#subjects = null;
  }

  #readHeader(
    block: BlockLayout,
    message: { readonly seq: bigint; readonly timeNs: bigint },
    header: Uint8Array,
    subject: string,
  ): void {
    if (headerValue(header, 'Nats-TTL')) {
      block.ttls++;
      const ttlNs = messageTtlNs(header);
      if (ttlNs !== null) this.#expiries?.push({ seq: message.seq, expiresNs: message.timeNs + ttlNs });
      if ((this.#expiries?.length ?? 0) > MOST_EXPIRIES) this.#expiries = null;
    }
    const pattern = headerValue(header, 'Nats-Schedule');
    if (pattern) {
      block.schedules++;
      this.scheduled.set(subject, { seq: message.seq, pattern });
    }
  }
}
