import { plausibleRecordBytes } from '../format/block/plausible-record.ts';
import { LEAST_RECORD_BYTES } from '../format/block/record.ts';
import type { SourceDescriptor } from '../source/byte-source.ts';
import { openBlock } from '../workers/open-block.ts';

const SEARCHED_BYTES = 4 * 1024 * 1024;
const MOST_PROBES = 8;
/** Of those that nothing sound follows, more have to be tried. */
const MOST_LONELY = 48;

/** Records of a block whose header and subject look sound, shortest first. Damage of its compression is gone past. Throws SourceError. */
export function ownerProbes(descriptor: SourceDescriptor): Buffer[] {
  const block = openBlock(descriptor, true);
  try {
    const bytes = Buffer.alloc(Math.min(SEARCHED_BYTES, block.content.sizeBytes));
    return findProbes(bytes.subarray(0, block.content.read(bytes, 0)));
  } finally {
    block.close();
  }
}

/** Where some are followed by others, those come first. */
function findProbes(bytes: Buffer): Buffer[] {
  const followed: Buffer[] = [];
  const lonely: Buffer[] = [];
  for (let at = 0; at + LEAST_RECORD_BYTES <= bytes.length && followed.length < MOST_PROBES; at++) {
    const lengthBytes = plausibleRecordBytes(bytes, at);
    if (lengthBytes === 0) continue;
    const next = at + lengthBytes;
    const isFollowed = plausibleRecordBytes(bytes, next) > 0;
    if (isFollowed) followed.push(bytes.subarray(at, next));
    else if (lonely.length < MOST_LONELY) lonely.push(bytes.subarray(at, next));
  }
  return [followed, lonely].flatMap((probes) => probes.toSorted((a, b) => a.length - b.length));
}
