import { checksumFits } from '../../format/block/checksum.ts';
import {
  LEAST_RECORD_BYTES,
  RECORD_HEAD_BYTES,
  SEQ_FLAGS,
  leastBytesAt,
  recordBytesAt,
  seqWordAt,
  subjectBytesAt,
  timeNsAt,
} from '../../format/block/record.ts';
import type { ByteSource } from '../../source/byte-source.ts';

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
/** A real stream's sequences stay far below it. */
const HIGHEST_SEQ = (1n << 56n) - 1n;
const EARLIEST_NS = 0x0d00000000000000n;
const LATEST_NS = 0x4000000000000000n;

/** Whose records a block holds, by trying the names and numbers on the first that look whole; null where none fits. */
export function findOwner(content: ByteSource, candidates: OwnerCandidates): BlockOwner | null {
  const bytes = Buffer.alloc(Math.min(SEARCHED_BYTES, content.sizeBytes));
  const probes = findProbes(bytes.subarray(0, content.read(bytes, 0)));
  if (probes.length === 0) return null;
  for (const name of candidates.names)
    for (const number of candidates.numbers)
      if (probes.some((probe) => checksumFits(probe, `${name}-${number}`))) return { name, number };
  return null;
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
  if ((seqWordAt(bytes, at) & ~SEQ_FLAGS) > HIGHEST_SEQ) return 0;
  const timeNs = timeNsAt(bytes, at);
  if (timeNs !== 0n && (timeNs < EARLIEST_NS || timeNs > LATEST_NS)) return 0;
  const subjectAt = at + RECORD_HEAD_BYTES;
  const subject = bytes.subarray(subjectAt, subjectAt + subjectBytesAt(bytes, at));
  return subject.every((byte) => byte > 0x20) ? recordBytes : 0;
}
