import { checksumFits } from '../format/block/checksum.ts';
import { LEAST_RECORD_BYTES, recordBytesAt, subjectBytesAt } from '../format/block/record.ts';
import type { BlockFile, StreamArchive } from '../model/stream-archive.ts';
import { descriptorOf } from '../model/read-entry.ts';
import { openBlock } from '../workers/open-block.ts';

/** A record is looked at whole up to this size. */
const LOOK_BYTES = 1024 * 1024;

/**
 * Whose block this is, by trying its first record's checksum with the numbers around: the number it belongs to, null
 * where no number of this stream fits, `unreadable` where it has no plausible first record.
 */
export function findBlockOwner(archive: StreamArchive, block: BlockFile): number | null | 'unreadable' {
  const record = readFirstRecord(block);
  if (record === null) return 'unreadable';
  const candidates = new Set(archive.blocks.map((other) => other.index));
  for (let number = 1; number <= 64; number++) candidates.add(number);
  for (const listed of archive.index?.blocks ?? []) candidates.add(listed.index);
  for (const number of candidates) {
    if (number !== block.index && checksumFits(record, `${archive.name}-${number}`)) return number;
  }
  return null;
}

function readFirstRecord(block: BlockFile): Buffer | null {
  const open = openBlock(descriptorOf(block.entry));
  try {
    const bytes = Buffer.alloc(Math.min(LOOK_BYTES, open.content.sizeBytes));
    const readBytes = open.content.read(bytes, 0);
    if (readBytes < LEAST_RECORD_BYTES) return null;
    const recordBytes = recordBytesAt(bytes, 0);
    if (recordBytes < LEAST_RECORD_BYTES + subjectBytesAt(bytes, 0) || recordBytes > readBytes) return null;
    return bytes.subarray(0, recordBytes);
  } finally {
    open.close();
  }
}
