import { unpackRanges, type PackedRanges } from '../../../core/packed-ranges.ts';
import { areSamePacked, NO_PACKED } from '../../../core/packed-sets.ts';
import type { StreamEvidence } from '../../../check/stream-evidence.ts';
import { mergeRanges, subtractRanges, type SequenceRanges } from '../../../core/sequence-ranges.ts';
import type { PackedScan } from '../../../kernels/types.ts';
import { allTombstones, indexedLive, liveSets } from '../../../model/live-set.ts';
import type { StreamArchive } from '../../../model/stream-archive.ts';
import { eachLiveRecord, type LiveRecord } from './live-records.ts';
import type { RecoveredBlock, RecoveredStream } from '../rules/recovered.ts';

/** Streams beyond this are not read again where an index tells enough. */
const LARGE_BYTES = 64 * 1024 * 1024;

interface Answer {
  readonly question: string;
  readonly live: readonly PackedRanges[];
  readonly gone: SequenceRanges;
}

/** Looks into the records of one stream. Generations that hold the same messages share an answer: reading is dear. */
export class RecordQueries {
  readonly archive: StreamArchive;
  readonly #evidence: StreamEvidence;
  readonly #answers: Answer[] = [];
  #mostOfOneSubject: bigint | null = null;

  constructor(evidence: StreamEvidence) {
    this.archive = evidence.archive;
    this.#evidence = evidence;
  }

  /**
   * What limits take from a stream whose index is not used, without another look at its records: where verify has applied
   * the same limits to the same messages, and where an index that other generations believe tells which messages limits
   * had already taken, for large streams. null: look.
   */
  takenByLimits(stream: RecoveredStream): SequenceRanges | null {
    return this.archive.indexStanding === 'current' ? this.takenByIndex(stream) : this.#asVerified(stream);
  }

  /** The second half of it. */
  takenByIndex(stream: RecoveredStream): SequenceRanges | null {
    const { archive } = this;
    if (archive.index === null || archive.indexStanding !== 'current') return null;
    const bytes = stream.blocks.reduce((sum, { block }) => sum + block.entry.sizeBytes, 0);
    if (stream.isIndexed || bytes <= LARGE_BYTES) return null;
    const kept = mergeRanges([...archive.index.blocks.map(indexedLive), allTombstones(this.#scans())]);
    return mergeRanges(stream.blocks.map((block) => subtractRanges(unpackRanges(block.live), kept)));
  }

  #asVerified(stream: RecoveredStream): SequenceRanges | null {
    const before = liveSets(this.archive, this.#scans());
    const live = new Map(stream.blocks.map((block) => [block.block.index, block.live]));
    if (!before.every((set) => areSamePacked(set.live, live.get(set.block.index) ?? NO_PACKED))) return null;
    return mergeRanges(Array.from(live.values(), (set) => this.#evidence.served.missing(unpackRanges(set))));
  }

  #scans(): ReadonlyMap<number, PackedScan> {
    return new Map([...this.#evidence.results].map(([index, result]) => [index, result.scan]));
  }

  /** The answer to a question about the messages of a stream, worked out once for equal messages. */
  once(question: string, stream: RecoveredStream, find: () => SequenceRanges): SequenceRanges {
    const live = stream.blocks.map((block) => block.live);
    const known = this.#answers.find((answer) => answer.question === question && areEqual(answer.live, live));
    if (known !== undefined) return known.gone;
    const gone = find();
    this.#answers.push({ question, live, gone });
    return gone;
  }

  eachRecord(blocks: readonly RecoveredBlock[], visit: (record: LiveRecord) => void): void {
    for (const block of blocks) eachLiveRecord(this.archive.name, block, visit);
  }

  /** By index.db; 0n where there is none. */
  get mostOfOneSubject(): bigint {
    if (this.#mostOfOneSubject !== null) return this.#mostOfOneSubject;
    let most = 0n;
    for (const { messages } of this.archive.index?.subjects() ?? []) if (messages > most) most = messages;
    this.#mostOfOneSubject = most;
    return most;
  }
}

function areEqual(a: readonly PackedRanges[], b: readonly PackedRanges[]): boolean {
  return a.length === b.length && a.every((set, i) => areSamePacked(set, b[i] ?? NO_PACKED));
}
