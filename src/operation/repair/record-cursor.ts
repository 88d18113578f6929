import { ToolError } from '../../core/error.ts';
import type { ByteSource, SourceDescriptor } from '../../source/byte-source.ts';
import type { BlockHandles } from './block-handles.ts';
import type { MessageCursor, RunMessage } from './message-run.ts';

const WINDOW_BYTES = 256 * 1024;
const HEAD_BYTES = 22;
const CHECKSUM_BYTES = 8;
const ERASED = 1n << 63n;
const FLAGS = 3n << 62n;
const HEADER_END = Buffer.from('\r\n\r\n');

/** Where in a block's decoded bytes good records lie. */
export interface RecordSpan {
  readonly startBytes: number;
  readonly endBytes: number;
}

/** One record of a span whose checksum was found to fit. */
export interface SpanRecord {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  /** Sequence with its flag bits. */
  readonly word: bigint;
  readonly timeNs: bigint;
  /** The record's bytes, valid until the next one is read. */
  readonly bytes: Buffer;
}

/** Walks a span of good records. Throws ToolError where they are no longer what they were when they were checked. */
export class RecordWalk {
  readonly #handles: BlockHandles;
  readonly #block: SourceDescriptor;
  readonly #content: ByteSource;
  readonly #endBytes: number;
  #at: number;
  #window: Buffer;
  #from = 0;
  #filled = 0;

  constructor(handles: BlockHandles, block: SourceDescriptor, span: RecordSpan) {
    this.#handles = handles;
    this.#block = block;
    this.#content = handles.acquire(block);
    this.#at = span.startBytes;
    this.#endBytes = span.endBytes;
    this.#window = Buffer.allocUnsafe(
      Math.max(HEAD_BYTES, Math.min(WINDOW_BYTES, span.endBytes - span.startBytes)),
    );
  }

  next(): SpanRecord | null {
    const offsetBytes = this.#at;
    if (offsetBytes >= this.#endBytes) return null;
    const head = this.#bytes(offsetBytes, HEAD_BYTES);
    const lengthBytes = head.readUInt32LE(0) & 0x7fffffff;
    if (lengthBytes < HEAD_BYTES + CHECKSUM_BYTES || offsetBytes + lengthBytes > this.#endBytes)
      throw changed();
    const bytes = this.#bytes(offsetBytes, lengthBytes);
    this.#at += lengthBytes;
    return {
      offsetBytes,
      lengthBytes,
      word: bytes.readBigUInt64LE(4),
      timeNs: bytes.readBigInt64LE(12),
      bytes,
    };
  }

  close(): void {
    this.#handles.release(this.#block);
  }

  #bytes(at: number, lengthBytes: number): Buffer {
    if (at + lengthBytes > this.#endBytes) throw changed();
    if (at < this.#from || at + lengthBytes > this.#from + this.#filled) {
      if (lengthBytes > this.#window.length) this.#window = Buffer.allocUnsafe(lengthBytes);
      this.#from = at;
      this.#filled = this.#fill(at);
      if (this.#filled < lengthBytes) throw changed();
    }
    return this.#window.subarray(at - this.#from, at - this.#from + lengthBytes);
  }

  /** A compressed block gives its last bytes, which it keeps apart, only to a read of their own. */
  #fill(at: number): number {
    let done = 0;
    for (let more = 1; more > 0 && done < this.#window.length; done += more)
      more = this.#content.read(this.#window.subarray(done), at + done);
    return done;
  }
}

function changed(): ToolError {
  return new ToolError('the archive changed while it was read');
}

/** The messages of a span; `malformed`: offsets of records whose parts contradict each other. */
export class RecordCursor implements MessageCursor {
  readonly #walk: RecordWalk;
  readonly #malformed: ReadonlySet<number>;

  constructor(walk: RecordWalk, malformed: ReadonlySet<number>) {
    this.#walk = walk;
    this.#malformed = malformed;
  }

  next(): RunMessage | null {
    for (let record = this.#walk.next(); record !== null; record = this.#walk.next()) {
      if (record.word === 0n || (record.word & FLAGS) !== 0n) continue;
      const message = messageOf(record, this.#malformed.has(record.offsetBytes));
      if (message !== null) return message;
    }
    return null;
  }

  close(): void {
    this.#walk.close();
  }
}

/**
 * The parts of a message record. The lengths between them are outside the checksum: where they contradict the bytes, the
 * header block's own end tells where it ends; null where nothing tells.
 */
function messageOf(record: SpanRecord, isMalformed: boolean): RunMessage | null {
  const { bytes, word: seq, timeNs } = record;
  const subjectEnd = HEAD_BYTES + bytes.readUInt16LE(20);
  const end = bytes.length - CHECKSUM_BYTES;
  const hasHeader = bytes.readUInt32LE(0) >>> 31 === 1;
  const subject = bytes.subarray(HEAD_BYTES, subjectEnd);
  if (!hasHeader)
    return isMalformed ? null : { seq, timeNs, subject, header: null, data: bytes.subarray(subjectEnd, end) };
  const headerAt = subjectEnd + 4;
  const headerEnd = isMalformed ? ownEnd(bytes, headerAt, end) : headerAt + bytes.readUInt32LE(subjectEnd);
  if (headerEnd === null || headerEnd > end) return null;
  return {
    seq,
    timeNs,
    subject,
    header: bytes.subarray(headerAt, headerEnd),
    data: bytes.subarray(headerEnd, end),
  };
}

function ownEnd(bytes: Buffer, headerAt: number, end: number): number | null {
  if (bytes.toString('latin1', headerAt, headerAt + 8) !== 'NATS/1.0') return null;
  const at = bytes.indexOf(HEADER_END, headerAt);
  return at < 0 || at + HEADER_END.length > end ? null : at + HEADER_END.length;
}

/** Whether a record stands for a sequence that was erased, or never had a message. */
export function isErased(word: bigint): boolean {
  return (word & ERASED) !== 0n;
}
