import type { SequenceRanges } from '../../core/sequence-ranges.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { eachLiveRecord, type LiveRecord } from './live-records.ts';
import type { RecoveredBlock, RecoveredStream } from './recovered.ts';

interface Answer {
  readonly question: string;
  readonly live: readonly SequenceRanges[];
  readonly gone: SequenceRanges;
}

/** Looks into the records of one stream. Generations that hold the same messages share an answer: reading is dear. */
export class RecordQueries {
  readonly archive: StreamArchive;
  readonly #answers: Answer[] = [];
  #mostOfOneSubject: bigint | null = null;

  constructor(archive: StreamArchive) {
    this.archive = archive;
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

function areEqual(a: readonly SequenceRanges[], b: readonly SequenceRanges[]): boolean {
  return a.length === b.length && a.every((ranges, i) => isSame(ranges, b[i]));
}

function isSame(a: SequenceRanges, b: SequenceRanges | undefined): boolean {
  return a === b || (a.length === b?.length && a.every((seq, i) => seq === b[i]));
}
