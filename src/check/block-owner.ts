import { oncePer } from '../core/once-per.ts';
import { HIGHEST_FIRST_SEQ, isPlausibleSubject, isPlausibleTime } from '../core/plausible.ts';
import { checksumFits } from '../format/block/checksum.ts';
import {
  LEAST_RECORD_BYTES,
  RECORD_HEAD_BYTES,
  SEQ_FLAGS,
  leastBytesAt,
  recordBytesAt,
  seqWordAt,
  subjectBytesAt,
  timeNsAt,
} from '../format/block/record.ts';
import type { BlockFile, StreamArchive } from '../model/stream-archive.ts';
import type { SourceDescriptor } from '../source/byte-source.ts';
import { openBlock } from '../workers/open-block.ts';

/** Names that the key of a block's records may be made of: `NAME-N`. */
export interface OwnerCandidates {
  readonly names: readonly string[];
  readonly numbers: Iterable<number>;
}

export interface BlockOwner {
  readonly name: string;
  readonly number: number;
}

const SEARCHED_BYTES = 4 * 1024 * 1024;
const MOST_PROBES = 8;
/** Of those that nothing sound follows, more have to be tried. */
const MOST_LONELY = 48;

/**
 * Whose records a block holds, by trying names and numbers on the first that look whole. null where none fits,
 * `unreadable` where none looks whole. Damage of its compression is gone past. Throws SourceError.
 */
export function findOwner(
  descriptor: SourceDescriptor,
  { names, numbers }: OwnerCandidates,
): BlockOwner | null | 'unreadable' {
  const probes = probesOf(descriptor);
  if (probes.length === 0) return 'unreadable';
  for (const name of names)
    for (const number of numbers)
      if (probes.some((probe) => checksumFits(probe, `${name}-${number}`))) return { name, number };
  return null;
}

/** Numbers of the files, those an index lists, and the first and next ones: any of them may be whose block this is. */
export function candidateNumbers(blocks: readonly BlockFile[], listed: readonly number[]): Set<number> {
  const numbers = new Set([...blocks.map((block) => block.index), ...listed]);
  const highest = [...numbers].reduce((a, b) => Math.max(a, b), 0);
  for (let number = 0; number <= 64; number++) numbers.add(number);
  for (let number = highest + 1; number <= highest + 16; number++) numbers.add(number);
  return numbers;
}

/** The same for any block of a stream. */
export const numbersOf: (archive: StreamArchive) => ReadonlySet<number> = oncePer(
  ({ blocks, index }: StreamArchive) =>
    candidateNumbers(blocks, index?.blocks.map((block) => block.index) ?? []),
);

function probesOf(descriptor: SourceDescriptor): Buffer[] {
  const block = openBlock(descriptor, true);
  try {
    const bytes = Buffer.alloc(Math.min(SEARCHED_BYTES, block.content.sizeBytes));
    return findProbes(bytes.subarray(0, block.content.read(bytes, 0)));
  } finally {
    block.close();
  }
}

/** Records whose header and subject look sound, shortest first; where some are followed by others, only those. */
function findProbes(bytes: Buffer): Buffer[] {
  const followed: Buffer[] = [];
  const lonely: Buffer[] = [];
  for (let at = 0; at + LEAST_RECORD_BYTES <= bytes.length && followed.length < MOST_PROBES; at++) {
    const lengthBytes = soundLength(bytes, at);
    if (lengthBytes === 0) continue;
    const next = at + lengthBytes;
    const isFollowed = next + LEAST_RECORD_BYTES <= bytes.length && soundLength(bytes, next) > 0;
    if (isFollowed) followed.push(bytes.subarray(at, next));
    else if (lonely.length < MOST_LONELY) lonely.push(bytes.subarray(at, next));
  }
  return [...followed, ...lonely].toSorted((a, b) => a.length - b.length);
}

/** The length of the record that may begin here, 0 where none can. */
function soundLength(bytes: Buffer, at: number): number {
  const recordBytes = recordBytesAt(bytes, at);
  if (recordBytes > bytes.length - at || recordBytes < leastBytesAt(bytes, at)) return 0;
  if ((seqWordAt(bytes, at) & ~SEQ_FLAGS) > HIGHEST_FIRST_SEQ) return 0;
  const timeNs = timeNsAt(bytes, at);
  if (timeNs !== 0n && !isPlausibleTime(timeNs)) return 0;
  const subjectAt = at + RECORD_HEAD_BYTES;
  const subject = bytes.subarray(subjectAt, subjectAt + subjectBytesAt(bytes, at));
  return isPlausibleSubject(subject) ? recordBytes : 0;
}
