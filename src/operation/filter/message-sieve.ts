import { headerFields } from '../../core/header-fields.ts';
import { clipRanges, MAX_SEQUENCE, oneRange, type SequenceRanges } from '../../core/sequence-ranges.ts';
import { subjectMatches } from '../../core/subject.ts';
import { isTimeNs } from '../../core/time.ts';
import { byteText } from '../state/consumer-report.ts';
import type { FilteredMessage, HeaderCondition, MessageFilter, RecordFilter } from './types.ts';

/** Subjects whose answer is remembered; a stream with more of them pays for matching again. */
const MOST_KNOWN_SUBJECTS = 100_000;

/** The times that a record can have. */
const FIRST_NS = -(1n << 63n);
const LAST_NS = (1n << 63n) - 1n;

/**
 * Applies a filter to the messages of one stream after the other, and counts down the limit. For each stream:
 * `beginStream()`; where `countsFirst`, `count()` every message of the stream; then `passes()` every message in the same
 * order. Of a stream it keeps one number for each subject, and only where `countsFirst`.
 */
export class MessageSieve {
  readonly #filter: MessageFilter;
  readonly #patterns: readonly string[];
  readonly #knownSubjects = new Map<string, boolean>();
  readonly #counts = new Map<string, number>();
  #left: number;

  constructor(filter: MessageFilter) {
    this.#filter = filter;
    this.#patterns = (filter.subjects ?? []).map(byteText);
    this.#left = filter.limit ?? Infinity;
  }

  /** Whether nothing can pass any more. */
  get isDone(): boolean {
    return this.#left <= 0;
  }

  /** Whether which messages pass depends on those behind them. */
  get countsFirst(): boolean {
    return this.#filter.lastPerSubject !== undefined;
  }

  /** What beside the sequence decides about a message; null where that is not only its time and subject. */
  get recordFilter(): RecordFilter | null {
    const { subjects = [], afterNs = FIRST_NS, beforeNs = LAST_NS } = this.#filter;
    const { headers, grep, lastPerSubject, limit } = this.#filter;
    if ((headers ?? grep ?? lastPerSubject ?? limit) !== undefined) return null;
    if (!isTimeNs(afterNs) || !isTimeNs(beforeNs)) return null;
    return { afterNs, beforeNs, patterns: subjects.map((subject) => Buffer.from(subject)) };
  }

  /** The sequences that can pass; null where there is no end to them. */
  get range(): SequenceRanges | null {
    const { minSeq = 1n, maxSeq } = this.#filter;
    return maxSeq === undefined ? null : oneRange(minSeq > 0n ? minSeq : 1n, maxSeq);
  }

  /** Those of ascending sequences that can pass. */
  clip(ranges: SequenceRanges): SequenceRanges {
    const { minSeq = 0n, maxSeq = MAX_SEQUENCE } = this.#filter;
    return clipRanges(ranges, minSeq, maxSeq);
  }

  beginStream(): void {
    this.#counts.clear();
  }

  /** Whether any message in from..to could pass by its sequence. */
  overlaps(from: bigint, to: bigint): boolean {
    const { minSeq, maxSeq } = this.#filter;
    return (minSeq === undefined || to >= minSeq) && (maxSeq === undefined || from <= maxSeq);
  }

  count(message: FilteredMessage): void {
    if (!this.#fits(message)) return;
    const subject = textOf(message.subject);
    this.#counts.set(subject, (this.#counts.get(subject) ?? 0) + 1);
  }

  passes(message: FilteredMessage): boolean {
    if (this.isDone || !this.#fits(message) || !this.#isAmongLast(message.subject)) return false;
    this.#left--;
    return true;
  }

  #isAmongLast(subject: Uint8Array): boolean {
    const { lastPerSubject } = this.#filter;
    if (lastPerSubject === undefined) return true;
    const text = textOf(subject);
    const left = this.#counts.get(text) ?? 0;
    this.#counts.set(text, left - 1);
    return left <= lastPerSubject;
  }

  #fits(message: FilteredMessage): boolean {
    const { afterNs, beforeNs, headers, grep } = this.#filter;
    return (
      this.overlaps(message.seq, message.seq) &&
      (afterNs === undefined || message.timeNs >= afterNs) &&
      (beforeNs === undefined || message.timeNs <= beforeNs) &&
      (this.#patterns.length === 0 || this.#fitsSubject(message.subject)) &&
      (headers === undefined || fitsHeaders(headers, message.header)) &&
      (grep === undefined || bufferOf(message.data).toString('utf8').search(grep) >= 0)
    );
  }

  #fitsSubject(subject: Uint8Array): boolean {
    const text = textOf(subject);
    const known = this.#knownSubjects.get(text);
    if (known !== undefined) return known;
    const fits = this.#patterns.some((pattern) => subjectMatches(pattern, text));
    if (this.#knownSubjects.size < MOST_KNOWN_SUBJECTS) this.#knownSubjects.set(text, fits);
    return fits;
  }
}

function fitsHeaders(conditions: readonly HeaderCondition[], header: Uint8Array | null): boolean {
  if (header === null) return conditions.length === 0;
  const fields = headerFields(bufferOf(header).toString('utf8'));
  return conditions.every(({ name, value }) =>
    fields.some((field) => field[0] === name && (value === null || field[1] === value.trim())),
  );
}

/** One character for each byte, so that any bytes survive. */
function textOf(subject: Uint8Array): string {
  return bufferOf(subject).toString('latin1');
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
