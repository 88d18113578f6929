import type { SubjectTally, TallyResult } from './jobs/tally.ts';

/** The subjects of a block as they come from a thread: many of them in a few pieces of memory. */
export interface SubjectColumns {
  /** Their bytes, one behind the other. */
  readonly text: Uint8Array;
  readonly lengths: Uint32Array;
  readonly messages: Float64Array;
  readonly bytes: Float64Array;
  readonly lastSeqs: BigUint64Array;
}

/** What the live messages of one block add up to. */
export interface BlockTally extends Omit<TallyResult, 'subjects'> {
  readonly subjects: SubjectColumns;
}

/** Subjects are latin1 text of their bytes. */
export function packSubjects(subjects: ReadonlyMap<string, SubjectTally>): SubjectColumns {
  const tallies = [...subjects.values()];
  return {
    text: Buffer.from([...subjects.keys()].join(''), 'latin1'),
    lengths: Uint32Array.from(subjects.keys(), ({ length }) => length),
    messages: Float64Array.from(tallies, ({ messages }) => messages),
    bytes: Float64Array.from(tallies, ({ bytes }) => bytes),
    lastSeqs: BigUint64Array.from(tallies, ({ lastSeq }) => lastSeq),
  };
}

/** Adds the subjects of a block to those of the blocks before it. */
export function addSubjects(sum: Map<string, SubjectTally>, columns: SubjectColumns): void {
  const { text, lengths, messages, bytes, lastSeqs } = columns;
  const all = Buffer.from(text.buffer, text.byteOffset, text.length);
  let at = 0;
  lengths.forEach((length, i) => {
    const subject = all.toString('latin1', at, at + length);
    at += length;
    addSubject(sum, subject, messages[i] ?? 0, bytes[i] ?? 0, lastSeqs[i] ?? 0n);
  });
}

/** The same of one subject; each message of a stream goes through here. */
export function addSubject(
  sum: Map<string, SubjectTally>,
  subject: string,
  messages: number,
  bytes: number,
  lastSeq: bigint,
): void {
  const known = sum.get(subject);
  if (known === undefined) sum.set(subject, { messages, bytes, lastSeq });
  else {
    known.messages += messages;
    known.bytes += bytes;
    known.lastSeq = lastSeq;
  }
}
