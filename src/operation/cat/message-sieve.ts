import { subjectMatches } from '../../core/subject.ts';
import { byteText } from '../consumer-report.ts';
import type { MessageFilter } from './types.ts';

/** Applies a filter to messages one by one, and counts down the limit. */
export class MessageSieve {
  readonly #filter: MessageFilter;
  readonly #patterns: readonly string[];
  #left: number;

  constructor(filter: MessageFilter) {
    this.#filter = filter;
    this.#patterns = (filter.subjects ?? []).map(byteText);
    this.#left = filter.limit ?? Infinity;
  }

  get isDone(): boolean {
    return this.#left <= 0;
  }

  /** Whether any message in from..to could pass by its sequence. */
  overlaps(from: bigint, to: bigint): boolean {
    const { minSeq, maxSeq } = this.#filter;
    return (minSeq === undefined || to >= minSeq) && (maxSeq === undefined || from <= maxSeq);
  }

  passes(seq: bigint, timeNs: bigint, subject: Uint8Array): boolean {
    const { afterNs, beforeNs } = this.#filter;
    if (this.isDone || !this.overlaps(seq, seq)) return false;
    if ((afterNs !== undefined && timeNs < afterNs) || (beforeNs !== undefined && timeNs > beforeNs))
      return false;
    if (this.#patterns.length > 0) {
      const text = Buffer.from(subject.buffer, subject.byteOffset, subject.length).toString('latin1');
      if (!this.#patterns.some((pattern) => subjectMatches(pattern, text))) return false;
    }
    this.#left--;
    return true;
  }
}
