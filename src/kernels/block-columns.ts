import { kernel } from './instance.ts';
import { EVENT, LAYOUT } from './memory-layout.ts';
import type { RecordColumns } from './types.ts';

/** Grows by doubling; a block's exceptions are few, but nothing bounds them. */
export class Column {
  #values = new BigUint64Array(16);
  #length = 0;

  push(value: bigint): void {
    if (this.#length === this.#values.length) {
      const grown = new BigUint64Array(this.#length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#length++] = value;
  }

  get length(): number {
    return this.#length;
  }

  unsigned(): BigUint64Array {
    return this.#values.slice(0, this.#length);
  }

  signed(): BigInt64Array {
    return new BigInt64Array(this.unsigned().buffer);
  }
}

/** The record columns of the last scan call. */
export function recordColumns(count: number): RecordColumns {
  const { buffer } = kernel().bytes;
  const { records, maxRecords } = LAYOUT;
  const words = (column: number): Uint32Array =>
    new Uint32Array(buffer, records + maxRecords * 24 + column * maxRecords * 4, count);
  return {
    count,
    seqWord: new BigUint64Array(buffer, records, count),
    timeNs: new BigInt64Array(buffer, records + maxRecords * 8, count),
    offsetBytes: new Float64Array(buffer, records + maxRecords * 16, count),
    recordBytes: words(0),
    subjectAt: words(1),
    subjectBytes: words(2),
    headerAt: words(3),
    headerBytes: words(4),
    payloadAt: words(5),
    payloadBytes: words(6),
  };
}

/** What a block's events add up to. */
export class EventColumns {
  readonly runStarts = new Column();
  readonly runEndsBefore = new Column();
  readonly erased = new Column();
  readonly erasedTimes = new Column();
  readonly tombstones = new Column();
  readonly tombstoneTimes = new Column();
  readonly ttl = new Column();
  readonly schedules = new Column();

  /** Takes the events of the last call; those that are faults go to `onFault` (kind, detail, offset, seq, highest). */
  take(count: number, onFault: (isOrder: boolean, detail: number, atBytes: number, seq: bigint, other: bigint) => void): void {
    const { view } = kernel();
    for (let i = 0; i < count; i++) {
      const row = LAYOUT.events + 32 * i;
      const kind = view.getUint32(row, true);
      const seq = view.getBigUint64(row + 16, true);
      const other = view.getBigUint64(row + 24, true);
      if (kind === EVENT.run) {
        this.runStarts.push(seq);
        this.runEndsBefore.push(other);
      } else if (kind === EVENT.erased) {
        this.erased.push(seq);
        this.erasedTimes.push(other);
      } else if (kind === EVENT.tombstone) {
        this.tombstones.push(seq);
        this.tombstoneTimes.push(other);
      } else if (kind === EVENT.ttl) this.ttl.push(seq);
      else if (kind === EVENT.schedule) this.schedules.push(seq);
      else
        onFault(kind === EVENT.order, view.getUint32(row + 4, true), Number(view.getBigUint64(row + 8, true)), seq, other);
    }
  }

  /** Runs of consecutive messages as pairs; `lastSeq` ends the last one. */
  ranges(lastSeq: bigint): BigUint64Array {
    const starts = this.runStarts.unsigned();
    const ends = this.runEndsBefore.unsigned();
    const pairs = new BigUint64Array(starts.length * 2);
    starts.forEach((start, i) => {
      pairs[2 * i] = start;
      pairs[2 * i + 1] = i + 1 < starts.length ? (ends[i + 1] ?? 0n) : lastSeq;
    });
    return pairs;
  }
}
