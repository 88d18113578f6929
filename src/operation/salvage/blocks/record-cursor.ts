import { ChangedError } from '../../../core/error.ts';
import {
  CHECKSUM_BYTES,
  HEADER_LENGTH_BYTES,
  LEAST_RECORD_BYTES,
  RECORD_HEAD_BYTES,
  SEQ_FLAGS,
  hasHeaderAt,
  recordBytesAt,
  seqWordAt,
  subjectBytesAt,
  timeNsAt,
} from '../../../format/block/record.ts';
import { pathOf, type ByteSource, type SourceDescriptor } from '../../../source/byte-source.ts';
import type { BlockHandles } from './block-handles.ts';
import type { MessageCursor, RunMessage } from './message-run.ts';

const WINDOW_BYTES = 256 * 1024;
const HEADER_END = Buffer.from('\r\n\r\n');

/** Where in a block's decoded bytes good records lie. */
export interface RecordSpan {
  readonly startBytes: number;
  readonly endBytes: number;
}

/** Walks a span of good records. Throws ChangedError where they are no longer what they were when they were checked. */
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
    const wanted = Math.min(WINDOW_BYTES, span.endBytes - span.startBytes);
    this.#window = handles.takeWindow(Math.max(RECORD_HEAD_BYTES, wanted));
  }

  /** Where the record lies in the block's decoded bytes. */
  offsetBytes = 0;
  lengthBytes = 0;
  /** Sequence with its flag bits. */
  word = 0n;
  timeNs = 0n;

  /** Goes to the next record; false at the end. */
  next(): boolean {
    const at = this.#at;
    if (at >= this.#endBytes) return false;
    let from = this.#place(at, RECORD_HEAD_BYTES);
    this.offsetBytes = at;
    this.lengthBytes = recordBytesAt(this.#window, from);
    if (this.lengthBytes < LEAST_RECORD_BYTES) throw new ChangedError(pathOf(this.#block));
    from = this.#place(at, this.lengthBytes);
    this.word = seqWordAt(this.#window, from);
    this.timeNs = timeNsAt(this.#window, from);
    this.#at = at + this.lengthBytes;
    return true;
  }

  /** The bytes that hold the record, and where it begins in them; until the next one is read. */
  get bytes(): Buffer {
    return this.#window;
  }

  get startBytes(): number {
    return this.offsetBytes - this.#from;
  }

  close(): void {
    this.#handles.giveWindow(this.#window);
    this.#handles.release(this.#block);
  }

  /** Where in the window a part of the block is. */
  #place(at: number, lengthBytes: number): number {
    if (at + lengthBytes > this.#endBytes) throw new ChangedError(pathOf(this.#block));
    if (at < this.#from || at + lengthBytes > this.#from + this.#filled) {
      if (lengthBytes > this.#window.length) {
        this.#handles.giveWindow(this.#window);
        this.#window = this.#handles.takeWindow(lengthBytes);
      }
      this.#from = at;
      this.#filled = this.#fill(at);
      if (this.#filled < lengthBytes) throw new ChangedError(pathOf(this.#block));
    }
    return at - this.#from;
  }

  /** A compressed block gives its last bytes, which it keeps apart, only to a read of their own. */
  #fill(at: number): number {
    let done = 0;
    for (let more = 1; more > 0 && done < this.#window.length; done += more)
      more = this.#content.read(this.#window.subarray(done), at + done);
    return done;
  }
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
    const walk = this.#walk;
    while (walk.next()) {
      if (walk.word === 0n || (walk.word & SEQ_FLAGS) !== 0n) continue;
      const message = messageOf(walk, this.#malformed.size > 0 && this.#malformed.has(walk.offsetBytes));
      if (message !== null) return message;
    }
    return null;
  }

  close(): void {
    this.#walk.close();
  }
}

/** A message in a window; its parts are looked up when they are asked for. */
class WindowMessage implements RunMessage {
  readonly seq: bigint;
  readonly timeNs: bigint;
  readonly storedBytes: number;
  readonly #bytes: Buffer;
  readonly #subjectAt: number;
  readonly #subjectEnd: number;
  readonly #headerEnd: number;
  readonly #end: number;

  /** Places in `bytes`; `headerEnd` = 0: no header. */
  constructor(walk: RecordWalk, subjectEnd: number, headerEnd: number) {
    this.seq = walk.word;
    this.timeNs = walk.timeNs;
    this.storedBytes = walk.lengthBytes;
    this.#bytes = walk.bytes;
    this.#subjectAt = walk.startBytes + RECORD_HEAD_BYTES;
    this.#subjectEnd = subjectEnd;
    this.#headerEnd = headerEnd;
    this.#end = walk.startBytes + walk.lengthBytes - CHECKSUM_BYTES;
  }

  get subject(): Uint8Array {
    return this.#bytes.subarray(this.#subjectAt, this.#subjectEnd);
  }

  get header(): Uint8Array | null {
    return this.#headerEnd === 0
      ? null
      : this.#bytes.subarray(this.#subjectEnd + HEADER_LENGTH_BYTES, this.#headerEnd);
  }

  get data(): Uint8Array {
    return this.#bytes.subarray(this.#headerEnd === 0 ? this.#subjectEnd : this.#headerEnd, this.#end);
  }
}

/**
 * The parts of a message record. The lengths between them are outside the checksum: where they contradict the bytes, the
 * header block's own end tells where it ends; null where nothing tells.
 */
function messageOf(walk: RecordWalk, isMalformed: boolean): RunMessage | null {
  const { bytes, startBytes } = walk;
  const subjectEnd = startBytes + RECORD_HEAD_BYTES + subjectBytesAt(bytes, startBytes);
  const end = startBytes + walk.lengthBytes - CHECKSUM_BYTES;
  if (!hasHeaderAt(bytes, startBytes)) return isMalformed ? null : new WindowMessage(walk, subjectEnd, 0);
  const headerAt = subjectEnd + HEADER_LENGTH_BYTES;
  const headerEnd = isMalformed ? ownEnd(bytes, headerAt, end) : headerAt + bytes.readUInt32LE(subjectEnd);
  return headerEnd === null || headerEnd > end ? null : new WindowMessage(walk, subjectEnd, headerEnd);
}

function ownEnd(bytes: Buffer, headerAt: number, end: number): number | null {
  if (bytes.toString('latin1', headerAt, headerAt + 8) !== 'NATS/1.0') return null;
  const at = bytes.indexOf(HEADER_END, headerAt);
  return at < 0 || at + HEADER_END.length > end ? null : at + HEADER_END.length;
}
