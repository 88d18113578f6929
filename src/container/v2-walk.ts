import type { Fault } from '../findings/finding.ts';
import { takeV2Messages, v2Window, type V2Run } from '../kernels/index.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { damagedSoFar, damagedStretches } from './v2-damage.ts';
import { endOf, V2EntryReader } from './v2-entry-reader.ts';
import { findV2Spans } from './v2-spans.ts';
import {
  isSentinel,
  MAX_HEAD_BYTES,
  parseV2Head,
  REST,
  type V2Entry,
  type V2EntryHead,
  type V2Rest,
} from './v2-entry.ts';

const WINDOW_BYTES = 1024 * 1024;
const MAX_NAME_BYTES = 1024 * 1024; // server: archive reader's name limit
const MAX_CONTENT_BYTES = 96 * 1024 * 1024;

/** Is given messages that lie one behind the other, and where they begin. */
export type OnV2Run = (run: V2Run, offsetBytes: number) => void;

/** Messages of a V2 body that others walked already, as if none lay before them. */
export interface WalkedRuns {
  /** Those that begin at an offset, if any do, and to where the bytes were read: perhaps not to their end. */
  runAt(offsetBytes: number): { readonly run: V2Run; readonly readToBytes: number } | null;
  /** Where the next of them begin behind an offset; Infinity where none do. */
  nextBehind(offsetBytes: number): number;
}

/**
 * Walks a V2 body from its first entry to its end mark, in bounded memory. Stops where entries cannot be told apart. Messages
 * have no checksum but that of their chunks: those that a damaged one touches are left out, and behind it the walk goes on where
 * entries follow each other plausibly.
 */
export class V2Walker {
  /** Offsets count from the start of the body. Complete when the walk has ended. */
  readonly faults: Fault[] = [];
  readonly #source: ByteSource;
  readonly #onRun: OnV2Run | null;
  #window = new Uint8Array(WINDOW_BYTES);
  #from = 0;
  #filled = 0;
  #consumersLeft = -1;
  #consumersPromised = 0;
  #lastSeq = 0n;
  #passFrom = 0;
  /** Where the first damaged chunk begins, as far as the source was read. */
  #soundBytes: number;
  readonly #walked: WalkedRuns | null;

  /** With `onRun`, ordinary messages are only added up, many at a time; entries are then those between. `walked`: runs for it. */
  constructor(source: ByteSource, onRun: OnV2Run | null = null, walked: WalkedRuns | null = null) {
    this.#source = source;
    this.#onRun = onRun;
    this.#soundBytes = firstDamaged(source);
    this.#walked = walked;
  }

  /** To be called when the state has been read: how many consumer entries it promises. */
  expectConsumers(count: number): void {
    this.#consumersPromised = count;
    this.#consumersLeft = count;
  }

  *entries(): Generator<V2Entry, void> {
    const at = yield* this.#soundEntries();
    if (this.#soundBytes < Infinity) yield* this.#messagesBehind(at);
  }

  /** Up to the end, to what cannot be told apart, or to the first message that damage touches; gives where that is. */
  *#soundEntries(): Generator<V2Entry, number> {
    let at = 0;
    for (;;) {
      at = yield* this.#passMessages(at);
      if (at >= this.#source.sizeBytes)
        return this.#stop(at, { code: 'V2_SENTINEL_MISSING', offsetBytes: at });
      const head = this.#readHead(at);
      if (this.#isTouched(at + MAX_HEAD_BYTES)) return at;
      if ('code' in head) return this.#stop(at, head);
      const contentAt = at + head.lengthBytes;
      const contentBytes = head.nameBytes + head.headerBytes + head.payloadBytes;
      if (isSentinel(head)) return this.#finish(contentAt);
      const remaining = this.#source.sizeBytes - contentAt;
      if (contentBytes > remaining)
        return this.#stop(at, {
          code: 'V2_CUT',
          offsetBytes: at,
          data: { expected: contentBytes, remaining },
        });
      const content = this.#bytes(contentAt, contentBytes);
      if (head.seq > 0n && this.#consumersLeft > 0) this.#missConsumers(at);
      if (this.#isTouched(contentAt + contentBytes)) return at;
      const entry = this.#entryOf(at, head, content);
      if ('code' in entry) return this.#stop(at, entry);
      yield entry;
      at = contentAt + contentBytes;
    }
  }

  #stop(at: number, fault: Fault): number {
    this.faults.push(fault);
    return at;
  }

  /** State and consumers in a damaged chunk are read as they can be, and told. */
  #isTouched(endBytes: number): boolean {
    return this.#consumersLeft === 0 && endBytes > this.#soundBytes;
  }

  *#messagesBehind(from: number): Generator<V2Entry, void> {
    const damaged = yield* damagedStretches(this.#source);
    const known = this.#lastSeq > 0n ? { endBytes: from, lastSeq: this.#lastSeq } : null;
    const { spans, hasEnd } = yield* findV2Spans(this.#source, damaged, known);
    const reader = new V2EntryReader(this.#source);
    for (const { startBytes, endBytes } of spans)
      for (let at = startBytes, head = reader.wholeAt(at, endBytes); head !== null;) {
        if (at >= from && head.seq > this.#lastSeq) {
          this.#lastSeq = head.seq;
          yield { kind: 'message', message: reader.messageAt(at, head) };
        }
        at = endOf(at, head);
        head = at < endBytes ? reader.wholeAt(at, endBytes) : null;
      }
    const isEndDamaged = (damaged.at(-1)?.[1] ?? 0) >= this.#source.sizeBytes;
    if (!hasEnd && !isEndDamaged)
      this.faults.push({ code: 'V2_SENTINEL_MISSING', offsetBytes: this.#source.sizeBytes });
  }

  /** Adds ordinary messages up, and rests behind each window of them; gives where something else stands. */
  *#passMessages(from: number): Generator<V2Rest, number> {
    if (this.#onRun === null || this.#consumersLeft !== 0 || from < this.#passFrom) return from;
    let readToBytes = from;
    for (let at = from; ;) {
      const walked = this.#walkedAt(at);
      if (walked === null) this.#readThrough(readToBytes, at);
      const run = walked?.run ?? this.#takeMessages(at);
      if (run === null) {
        // Where much is out of the ordinary, windows must not be read again for each entry.
        this.#passFrom = at + WINDOW_BYTES;
        return at;
      }
      this.#lastSeq = run.lastSeq;
      this.#onRun(run, at);
      at += run.takenBytes;
      readToBytes = walked?.readToBytes ?? at;
      yield REST;
    }
  }

  #walkedAt(at: number): ReturnType<WalkedRuns['runAt']> {
    const walked = this.#walked?.runAt(at) ?? null;
    if (walked === null || walked.run.firstSeq <= this.#lastSeq) return null;
    return at + walked.run.takenBytes > this.#soundBytes ? null : walked;
  }

  /** No further than to what was walked already. */
  #takeMessages(at: number): V2Run | null {
    const untilBytes = (this.#walked?.nextBehind(at) ?? Infinity) - at;
    const window = v2Window();
    const filledBytes = this.#source.read(window, at);
    this.#soundBytes = firstDamaged(this.#source);
    const sound = window.subarray(0, Math.max(0, Math.min(filledBytes, this.#soundBytes - at)));
    return takeV2Messages(sound, this.#lastSeq, { fromBytes: 0, untilBytes, beyondBytes: 0 });
  }

  /** Reading is what checks the compression. By whole windows: of a few bytes no more is decoded than that. */
  #readThrough(from: number, to: number): void {
    for (let at = from; at < to;) {
      const lengthBytes = this.#source.read(v2Window(), at);
      if (lengthBytes === 0) return;
      at += lengthBytes;
    }
  }

  #finish(end: number): number {
    if (this.#consumersLeft < 0) this.faults.push({ code: 'V2_STATE_MISSING', offsetBytes: 0 });
    if (this.#consumersLeft > 0) this.#missConsumers(end);
    if (end < this.#source.sizeBytes)
      this.faults.push({
        code: 'V2_TRAILING_DATA',
        offsetBytes: end,
        lengthBytes: this.#source.sizeBytes - end,
      });
    return end;
  }

  #missConsumers(at: number): void {
    const found = this.#consumersPromised - this.#consumersLeft;
    this.faults.push({
      code: 'V2_CONSUMER_MISSING',
      offsetBytes: at,
      data: { promised: this.#consumersPromised, found },
    });
    this.#consumersLeft = 0;
  }

  #readHead(at: number): V2EntryHead | Fault {
    const bytes = this.#bytes(at, Math.min(MAX_HEAD_BYTES, this.#source.sizeBytes - at));
    const head = parseV2Head(bytes);
    if (head === null)
      return { code: bytes.length < MAX_HEAD_BYTES ? 'V2_CUT' : 'V2_ENTRY_CORRUPT', offsetBytes: at };
    if (head.nameBytes > MAX_NAME_BYTES || head.headerBytes + head.payloadBytes > MAX_CONTENT_BYTES)
      return {
        code: 'V2_ENTRY_CORRUPT',
        offsetBytes: at,
        data: { name_bytes: head.nameBytes, payload_bytes: head.payloadBytes },
      };
    return head;
  }

  /** Entries are told apart by their place, never by name: a subject may look like `state.json`. */
  #entryOf(at: number, head: V2EntryHead, content: Uint8Array): V2Entry | Fault {
    const name = content.subarray(0, head.nameBytes);
    const payload = content.subarray(head.nameBytes + head.headerBytes);
    if (this.#consumersLeft < 0) {
      const isState = head.seq === 0n && new TextDecoder().decode(name) === 'state.json';
      this.#consumersLeft = 0;
      return isState ? { kind: 'state', payload } : { code: 'V2_STATE_MISSING', offsetBytes: at };
    }
    if (head.seq === 0n) {
      if (this.#consumersLeft === 0)
        return { code: 'V2_ENTRY_CORRUPT', offsetBytes: at, data: { what: 'an entry without sequence' } };
      this.#consumersLeft--;
      return { kind: 'consumer', name: new TextDecoder().decode(name), payload };
    }
    if (head.seq <= this.#lastSeq)
      this.faults.push({
        code: 'V2_SEQUENCE_ORDER',
        offsetBytes: at,
        seq: head.seq,
        data: { before: this.#lastSeq },
      });
    else this.#lastSeq = head.seq;
    const header = content.subarray(head.nameBytes, head.nameBytes + head.headerBytes);
    const { timeNs, seq } = head;
    const lengthBytes = head.lengthBytes + content.length;
    return {
      kind: 'message',
      message: { offsetBytes: at, lengthBytes, subject: name, timeNs, seq, header, payload },
    };
  }

  /** A view of `lengthBytes` at `at`, through a window that grows only for an entry that is longer. */
  #bytes(at: number, lengthBytes: number): Uint8Array {
    if (at < this.#from || at + lengthBytes > this.#from + this.#filled) {
      if (lengthBytes > this.#window.length) this.#window = new Uint8Array(lengthBytes);
      this.#from = at;
      this.#filled = this.#source.read(this.#window, at);
      this.#soundBytes = firstDamaged(this.#source);
    }
    const from = at - this.#from;
    return this.#window.subarray(from, from + lengthBytes);
  }
}

function firstDamaged(source: ByteSource): number {
  return damagedSoFar(source)[0]?.[0] ?? Infinity;
}
