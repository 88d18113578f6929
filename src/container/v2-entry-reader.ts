import type { ByteSource } from '../source/byte-source.ts';
import {
  MAX_HEAD_BYTES,
  parseV2Head,
  REST,
  type V2EntryHead,
  type V2Rest,
  type V2WalkMessage,
} from './v2-entry.ts';

const WINDOW_BYTES = 1024 * 1024;
/** Such a time takes nine bytes, all but the last with the upper bit, behind the length of a subject, one byte or two. */
const TIME_END_BYTES = 8;

/** One entry of a V2 body; its bytes hold until the next is read. */
export class V2EntryReader {
  readonly #source: ByteSource;
  #window = new Uint8Array(WINDOW_BYTES);
  #from = 0;
  #filled = 0;
  #hasRead = false;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Others may have a turn, where bytes were read since the last. */
  *rest(): Generator<V2Rest, void> {
    if (!this.#hasRead) return;
    this.#hasRead = false;
    yield REST;
  }

  /** The head at `at`, whether or not its entry ends before `end`; null where it does not itself. */
  headAt(at: number, end: number): V2EntryHead | null {
    return parseV2Head(this.#bytes(at, Math.max(0, Math.min(MAX_HEAD_BYTES, end - at))));
  }

  /** The same for an entry that lies before `end` whole. */
  wholeAt(at: number, end: number): V2EntryHead | null {
    const head = this.headAt(at, end);
    return head === null || endOf(at, head) > end ? null : head;
  }

  messageAt(at: number, head: V2EntryHead): V2WalkMessage {
    const { nameBytes, headerBytes, payloadBytes, lengthBytes, seq, timeNs } = head;
    const content = this.#bytes(at + lengthBytes, nameBytes + headerBytes + payloadBytes);
    return {
      offsetBytes: at,
      lengthBytes: lengthBytes + content.length,
      subject: content.subarray(0, nameBytes),
      timeNs,
      seq,
      header: content.subarray(nameBytes, nameBytes + headerBytes),
      payload: content.subarray(nameBytes + headerBytes),
    };
  }

  /** The subject of an entry, without its payload, which may lie far behind. */
  subjectAt(at: number, { lengthBytes, nameBytes }: V2EntryHead): Uint8Array {
    return this.#bytes(at + lengthBytes, nameBytes);
  }

  /** Some bytes of the header of an entry. */
  headerPartAt(at: number, head: V2EntryHead, fromBytes: number, toBytes: number): Uint8Array {
    return this.#bytes(at + head.lengthBytes + head.nameBytes + fromBytes, toBytes - fromBytes);
  }

  /**
   * The first offset from `from` on at which a head may begin, by the bytes of its time; `end` where there is none. Rests before
   * each window.
   */
  *likelyFrom(from: number, end: number): Generator<V2Rest, number> {
    for (let at = from; at + TIME_END_BYTES < end;) {
      yield* this.rest();
      this.#bytes(at, TIME_END_BYTES + 2);
      const shift = this.#from;
      const last = Math.min(shift + this.#filled, end) - TIME_END_BYTES;
      if (last <= at) return end;
      while (at < last) {
        const upperBytes = upperBytesBefore(this.#window, at - shift + TIME_END_BYTES);
        if (upperBytes >= TIME_END_BYTES - 1 && mayBegin(this.#window, at - shift)) return at;
        // The byte that is no part of a time may be the last of a subject's length.
        at += Math.max(1, TIME_END_BYTES - 1 - upperBytes);
      }
    }
    return end;
  }

  #bytes(at: number, lengthBytes: number): Uint8Array {
    if (at < this.#from || at + lengthBytes > this.#from + this.#filled) {
      if (lengthBytes > this.#window.length) this.#window = new Uint8Array(lengthBytes);
      this.#from = at;
      this.#filled = this.#source.read(this.#window, at);
      this.#hasRead = true;
    }
    return this.#window.subarray(at - this.#from, Math.min(at - this.#from + lengthBytes, this.#filled));
  }
}

/** Where an entry ends. */
export function endOf(at: number, head: V2EntryHead): number {
  return at + head.lengthBytes + head.nameBytes + head.headerBytes + head.payloadBytes;
}

/** How many bytes up to `last` have the upper bit; seven are enough to look closer. */
function upperBytesBefore(bytes: Uint8Array, last: number): number {
  let count = 0;
  while (count < TIME_END_BYTES - 1 && (bytes[last - count] ?? 0) >= 0x80) count++;
  return count;
}

function mayBegin(bytes: Uint8Array, at: number): boolean {
  const length = bytes[at] ?? 0;
  const isTimeNext = (bytes[at + 1] ?? 0) >= 0x80;
  return length < 0x80 ? length > 0 && isTimeNext : !isTimeNext;
}
