import { hashKey } from '../codec/highwayhash.ts';
import { highwayHash64 } from '../kernels/index.ts';
import type { BlockFile, StreamArchive } from '../model/stream-archive.ts';
import { openBlock } from '../workers/open-block.ts';

/** A record is looked at whole up to this size. */
const LOOK_BYTES = 1024 * 1024;
const HEADER_BYTES = 22;

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

function readFirstRecord(block: BlockFile): Uint8Array | null {
  const source = block.entry.open();
  source.close();
  const open = openBlock(source.descriptor);
  try {
    const bytes = new Uint8Array(Math.min(LOOK_BYTES, open.content.sizeBytes));
    const head = bytes.subarray(0, open.content.read(bytes, 0));
    if (head.length < HEADER_BYTES + 8) return null;
    const view = new DataView(head.buffer, head.byteOffset, head.length);
    const lengthBytes = view.getUint32(0, true) & 0x7fffffff;
    const subjectBytes = view.getUint16(20, true);
    if (lengthBytes < HEADER_BYTES + subjectBytes + 8 || lengthBytes > head.length) return null;
    return head.subarray(0, lengthBytes);
  } finally {
    open.close();
  }
}

/** Whether a record was keyed with a name: format.md 3.2: sequence and time, subject, header block without its length, payload. */
export function checksumFits(record: Uint8Array, keyString: string): boolean {
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  const hasHeader = view.getUint32(0, true) >>> 31 === 1;
  const subjectEnd = HEADER_BYTES + view.getUint16(20, true);
  const bodyAt = hasHeader ? subjectEnd + 4 : subjectEnd;
  const end = record.length - 8;
  if (bodyAt > end) return false;
  const hashed = new Uint8Array(16 + (subjectEnd - HEADER_BYTES) + (end - bodyAt));
  hashed.set(record.subarray(4, 20), 0);
  hashed.set(record.subarray(HEADER_BYTES, subjectEnd), 16);
  hashed.set(record.subarray(bodyAt, end), 16 + subjectEnd - HEADER_BYTES);
  const sum = highwayHash64(hashKey(keyString), hashed);
  return sum.every((byte, i) => byte === record[end + i]);
}
