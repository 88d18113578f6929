import { PartsBuilder } from '../core/parts-builder.ts';
import { FURTHEST_JUMP, isPlausibleSubject, isPlausibleTime, MOST_SUBJECT_BYTES } from '../core/plausible.ts';
import type { SequenceParts } from '../core/sequence-parts.ts';
import { MAX_SEQUENCE } from '../core/sequence-ranges.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { BodyRange } from './v2-damage.ts';
import { endOf, V2EntryReader } from './v2-entry-reader.ts';
import { isSentinel, type V2EntryHead, type V2Rest } from './v2-entry.ts';

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
  /** Whether each entry follows the one before: nothing had to be looked for. */
  readonly isUnbroken: boolean;
}

/**
 * Finds the messages of a V2 body between stretches that are damaged (in order). Entries have no mark and no checksum:
 * behind damage they begin again where several follow each other plausibly. `known`: where those end that are known, and the
 * sequence of the last of them. Rests before each window that is read.
 */
export function* findV2Spans(
  body: ByteSource,
  damaged: readonly BodyRange[],
  known: { readonly endBytes: number; readonly lastSeq: bigint } | null = null,
): Generator<V2Rest, V2Spans> {
  const finder = new SpanFinder(body, known?.lastSeq);
  let from = known?.endBytes ?? 0;
  for (const [damagedFrom, damagedTo] of [...damaged, [body.sizeBytes, body.sizeBytes] as const]) {
    if (damagedFrom > from) yield* finder.walk(from, damagedFrom, from === 0, from === known?.endBytes);
    from = Math.max(from, damagedTo);
  }
  return finder;
}

class SpanFinder implements V2Spans {
  readonly spans: V2Span[] = [];
  hasEnd = false;
  isUnbroken = true;
  readonly #reader: V2EntryReader;
  #last: bigint;

  constructor(body: ByteSource, lastSeq = 0n) {
    this.#reader = new V2EntryReader(body);
    this.#last = lastSeq;
  }

  *walk(from: number, end: number, isStart: boolean, isProven: boolean): Generator<V2Rest, void> {
    let at = isStart ? this.#behindDocuments(end) : from;
    // Entries that follow the documents, or others, need no proof.
    if (isStart || isProven) at = yield* this.#takeSpan(at, end);
    while (at < end && !this.hasEnd) {
      this.isUnbroken = false;
      const start = yield* this.#chainFrom(at, end);
      if (start < 0) return;
      at = (yield* this.#takeSpan(start, end)) + 1;
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
  *#takeSpan(startBytes: number, end: number): Generator<V2Rest, number> {
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
      yield* this.#reader.rest();
    }
    if (firstSeq > 0n)
      this.spans.push({ startBytes, endBytes: at, firstSeq, lastSeq: this.#last, seqs: seqs.take() });
    return at;
  }

  /** The first offset at which entries follow each other; -1 where there is none. */
  *#chainFrom(from: number, end: number): Generator<V2Rest, number> {
    for (let at = from; at < end; at++) {
      at = yield* this.#reader.likelyFrom(at, end);
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
    if (!isPlausibleSubject(this.#reader.subjectAt(at, head))) return false;
    const { headerBytes } = head;
    if (headerBytes === 0) return true;
    const part = (from: number, to: number): string =>
      Buffer.from(this.#reader.headerPartAt(at, head, from, to)).toString('latin1');
    return headerBytes >= 8 && part(0, 8) === 'NATS/1.0' && part(headerBytes - 4, headerBytes) === '\r\n\r\n';
  }
}

function isPlausibleHead({ nameBytes, seq, timeNs }: V2EntryHead, last: bigint): boolean {
  if (seq <= last || seq > (last === 0n ? MAX_SEQUENCE : last + FURTHEST_JUMP)) return false;
  return nameBytes > 0 && nameBytes <= MOST_SUBJECT_BYTES && isPlausibleTime(timeNs);
}
