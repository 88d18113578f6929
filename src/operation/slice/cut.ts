import type { StateNumbers } from '../../model/stream-state.ts';
import type { FilteredMessage, MessageFilter } from '../filter/types.ts';

/** The last sequence of a stream and its time. */
export interface StreamTail {
  readonly seq: bigint;
  readonly timeNs: bigint | null;
}

/**
 * Finds where a filter ends a stream: at `maxSeq`, as if nothing had been stored behind it, and at the last message that
 * was stored up to `beforeNs`, whatever the rest of the filter says. Is told the messages of the stream in rising sequence,
 * at least those up to `maxSeq`, all where `beforeNs` is given.
 */
export class CutFinder {
  readonly #filter: MessageFilter;
  readonly #whole: StateNumbers;
  #first: StreamTail | null = null;
  #upToSeq: StreamTail | null = null;
  #upToTime: StreamTail | null = null;

  /** `whole`: the state of the stream that is cut. */
  constructor(filter: MessageFilter, whole: StateNumbers) {
    this.#filter = filter;
    this.#whole = whole;
  }

  static cuts({ maxSeq, beforeNs }: MessageFilter): boolean {
    return maxSeq !== undefined || beforeNs !== undefined;
  }

  look({ seq, timeNs }: FilteredMessage): void {
    const { maxSeq, beforeNs } = this.#filter;
    this.#first ??= { seq, timeNs };
    if (maxSeq === undefined || seq <= maxSeq) this.#upToSeq = { seq, timeNs };
    if (beforeNs === undefined || timeNs <= beforeNs) this.#upToTime = { seq, timeNs };
  }

  /** `lowest`: below this sequence the stream never was. */
  tail(lowest: bigint): StreamTail {
    const { lastSeq, lastTimeNs } = this.#whole;
    const bySeq = this.#filter.maxSeq ?? lastSeq;
    const byTime = this.#cutByTime();
    const seq = bySeq < byTime ? bySeq : byTime;
    if (seq >= lastSeq) return { seq: lastSeq, timeNs: lastTimeNs };
    const known = bySeq < byTime ? this.#upToSeq : this.#upToTime;
    return { seq: seq < lowest ? lowest : seq, timeNs: known?.timeNs ?? 0n };
  }

  #cutByTime(): bigint {
    const { beforeNs } = this.#filter;
    const { lastSeq, lastTimeNs } = this.#whole;
    if (beforeNs === undefined || (lastTimeNs !== null && lastTimeNs <= beforeNs)) return lastSeq;
    if (this.#upToTime !== null) return this.#upToTime.seq;
    const after = this.#first?.seq ?? lastSeq;
    return after === 0n ? 0n : after - 1n;
  }
}
