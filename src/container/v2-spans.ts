import { PartsBuilder } from '../core/parts-builder.ts';
import type { SequenceParts } from '../core/sequence-parts.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { V2Stretch } from './v2-damage.ts';
import { isSentinel, MAX_HEAD_BYTES, parseV2Head, type V2EntryHead, type V2WalkMessage } from './v2-entry.ts';

const WINDOW_BYTES = 1024 * 1024;
/** Longer subjects are not believed behind damage. */
const MOST_SUBJECT_BYTES = 4096;
const EARLIEST_NS = 0x0d00000000000000n;
const LATEST_NS = 0x4000000000000000n;
/** Such a time takes nine bytes, all but the last with the upper bit, behind the length of a subject, one byte or two. */
const TIME_END_BYTES = 8;
const FURTHEST_JUMP = 1n << 40n;
/** So many entries in a row, each plausible behind the other, are no accident. */
const CHAIN = 3;

/** Messages of a V2 body that lie one behind the other, none of them touched by damage. Sequences rise. */
export interface V2Span {
  readonly startBytes: number;
  readonly endBytes: number;
  readonly firstSeq: bigint;
  readonly lastSeq: bigint;
  readonly seqs: SequenceParts;
}

/** Where sound entries lie in a damaged V2 archive. */
export interface V2Spans {
  readonly spans: readonly V2Span[];
  /** Whether the end mark was met. */
  readonly hasEnd: boolean;
}

/** One entry of a V2 body; its bytes hold until the next is read. */
export class V2EntryReader {
  readonly #source: ByteSource;
  #window = new Uint8Array(WINDOW_BYTES);
  #from = 0;
  #filled = 0;

  constructor(source: ByteSource) {
    this.#source = source;
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

  /** The first offset from `from` on at which a head may begin, by the bytes of its time; `end` where there is none. */
  likelyFrom(from: number, end: number): number {
    for (let at = from; at + TIME_END_BYTES < end;) {
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
    }
    return this.#window.subarray(at - this.#from, Math.min(at - this.#from + lengthBytes, this.#filled));
  }
}

/** Where an entry ends. */
export function endOf(at: number, head: V2EntryHead): number {
  return at + head.lengthBytes + head.nameBytes + head.headerBytes + head.payloadBytes;
}

/**
 * Finds the messages of a V2 body between stretches that are damaged (in order). Entries have no mark and no checksum:
 * behind damage they begin again where several follow each other plausibly. `known`: where those end that are known, and the
 * sequence of the last of them.
 */
export function findV2Spans(
  body: ByteSource,
  damaged: readonly V2Stretch[],
  known: { readonly endBytes: number; readonly lastSeq: bigint } | null = null,
): V2Spans {
  const finder = new SpanFinder(body, known?.lastSeq);
  let from = known?.endBytes ?? 0;
  for (const [damagedFrom, damagedTo] of [...damaged, [body.sizeBytes, body.sizeBytes] as const]) {
    if (damagedFrom > from) finder.walk(from, damagedFrom, from === 0, from === known?.endBytes);
    from = Math.max(from, damagedTo);
  }
  return finder;
}

class SpanFinder implements V2Spans {
  readonly spans: V2Span[] = [];
  hasEnd = false;
  readonly #reader: V2EntryReader;
  #last: bigint;

  constructor(body: ByteSource, lastSeq = 0n) {
    this.#reader = new V2EntryReader(body);
    this.#last = lastSeq;
  }

  walk(from: number, end: number, isStart: boolean, isProven: boolean): void {
    let at = isStart ? this.#behindDocuments(end) : from;
    // Entries that follow the documents, or others, need no proof.
    if (isStart || isProven) at = this.#takeSpan(at, end);
    while (at < end && !this.hasEnd) {
      const start = this.#chainFrom(at, end);
      if (start < 0) return;
      at = this.#takeSpan(start, end) + 1;
    }
  }

  /** State and consumers stand before the messages, without a sequence. */
  #behindDocuments(end: number): number {
    let at = 0;
    for (let head = this.#reader.wholeAt(at, end); head?.seq === 0n && !isSentinel(head);) {
      at = endOf(at, head);
      head = this.#reader.wholeAt(at, end);
    }
    return at;
  }

  /** Takes entries as long as they are plausible; gives where they end. */
  #takeSpan(startBytes: number, end: number): number {
    const seqs = new PartsBuilder();
    let firstSeq = 0n;
    let at = startBytes;
    for (let head = this.#reader.wholeAt(at, end); head !== null; head = this.#reader.wholeAt(at, end)) {
      if (!this.#isPlausible(at, head, this.#last)) {
        this.hasEnd ||= isSentinel(head);
        break;
      }
      seqs.add(head.seq, head.seq);
      firstSeq ||= head.seq;
      this.#last = head.seq;
      at = endOf(at, head);
    }
    if (firstSeq > 0n)
      this.spans.push({ startBytes, endBytes: at, firstSeq, lastSeq: this.#last, seqs: seqs.take() });
    return at;
  }

  /** The first offset at which entries follow each other; -1 where there is none. */
  #chainFrom(from: number, end: number): number {
    for (let at = from; at < end; at++) {
      at = this.#reader.likelyFrom(at, end);
      if (at < end && this.#isChain(at, end)) return at;
    }
    return -1;
  }

  #isChain(start: number, end: number): boolean {
    let at = start;
    let last = this.#last;
    for (let length = 0; length < CHAIN; length++) {
      const head = this.#reader.headAt(at, end);
      if (head === null) return false;
      if (isSentinel(head)) return length > 0;
      if (!isPlausibleHead(head, last)) return false;
      // Cut by the damage that follows: what is there of it is proof enough for the one before.
      if (endOf(at, head) > end) return length > 0;
      if (!this.#isPlausible(at, head, last)) return false;
      last = head.seq;
      at = endOf(at, head);
    }
    return true;
  }

  #isPlausible(at: number, head: V2EntryHead, last: bigint): boolean {
    if (!isPlausibleHead(head, last)) return false;
    if (!this.#reader.subjectAt(at, head).every((byte) => byte > 0x20)) return false;
    const { headerBytes } = head;
    if (headerBytes === 0) return true;
    const part = (from: number, to: number): string =>
      Buffer.from(this.#reader.headerPartAt(at, head, from, to)).toString('latin1');
    return headerBytes >= 8 && part(0, 8) === 'NATS/1.0' && part(headerBytes - 4, headerBytes) === '\r\n\r\n';
  }
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

function isPlausibleHead({ nameBytes, seq, timeNs }: V2EntryHead, last: bigint): boolean {
  if (seq <= last || seq > (last === 0n ? 1n << 62n : last + FURTHEST_JUMP)) return false;
  return nameBytes > 0 && nameBytes <= MOST_SUBJECT_BYTES && timeNs >= EARLIEST_NS && timeNs <= LATEST_NS;
}
