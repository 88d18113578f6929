import type { BlockSubject } from '../../../format/block-subjects/parse.ts';
import type { StreamArchive } from '../../../model/stream-archive.ts';
import { fitsOne, type StreamSubjects } from '../consumers/pending-walk.ts';
import type { BlockReading } from '../files/read-blocks.ts';
import type { RecoveredStream } from '../rules/recovered.ts';

/** A subject, and the first and last block that may hold it. */
interface SubjectBlocks {
  readonly subject: string;
  readonly first: number;
  readonly last: number;
}

/** What index.db tells of the subjects of a stream, else the `.fss` files of 2.9. */
export function recordedSubjects(
  stream: RecoveredStream,
  archive: StreamArchive,
  readings: ReadonlyMap<number, BlockReading>,
): StreamSubjects {
  const blockSubjects = (number: number): readonly BlockSubject[] => readings.get(number)?.subjects ?? [];
  const listed = stream.isIndexed
    ? () => indexedSubjects(archive)
    : () => stream.blocks.flatMap(({ block }) => filed(block.index, blockSubjects(block.index)));
  return {
    blocksOf: (filters) => blocksOf(listed(), filters),
    only: onlyOne(listed()),
    isSplit: ({ block }, filters, seq) =>
      blockSubjects(block.index).some(
        ({ subject, firstSeq, lastSeq }) =>
          seq > firstSeq && seq <= lastSeq && fitsOne(filters, textOf(subject)),
      ),
  };
}

function* indexedSubjects({ index }: StreamArchive): Generator<SubjectBlocks> {
  for (const { subject, firstBlock, lastBlock } of index?.subjects() ?? [])
    yield { subject: textOf(subject), first: firstBlock, last: lastBlock };
}

function filed(number: number, subjects: readonly BlockSubject[]): readonly SubjectBlocks[] {
  return subjects.map(({ subject }) => ({ subject: textOf(subject), first: number, last: number }));
}

function blocksOf(
  subjects: Iterable<SubjectBlocks>,
  filters: readonly string[],
): { readonly first: number; readonly last: number } | null {
  let [first, last] = [Infinity, -Infinity];
  for (const one of subjects) {
    if (!fitsOne(filters, one.subject)) continue;
    first = Math.min(first, one.first);
    last = Math.max(last, one.last);
  }
  return first > last ? null : { first, last };
}

function onlyOne(subjects: Iterable<SubjectBlocks>): string | null {
  let only: string | null = null;
  for (const { subject } of subjects) {
    if (only !== null && only !== subject) return null;
    only = subject;
  }
  return only;
}

function textOf(subject: Uint8Array): string {
  return Buffer.from(subject).toString();
}
