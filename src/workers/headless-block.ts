import { openHeadlessBlock, type CompressedBlock } from '../container/compressed-block.ts';
import { hasRecordPair, plausibleRecordBytes, RECORD_LOOK_BYTES } from '../format/block/plausible-record.ts';
import type { ByteSource } from '../source/byte-source.ts';

/** Records are looked for in so many bytes. */
const SEARCHED_BYTES = 4 * 1024 * 1024;

/** No server compresses a larger block: it moves on at 8 MiB, but for a message that is larger itself. */
const LARGEST_BYTES = 96 * 1024 * 1024;

/**
 * A compressed block of which nothing that says so is left, as where its first page was zeroed: chunks that decode to records,
 * no records before them. null: the block is not compressed, or holds no such chunk. Closing it leaves `file` open.
 */
export function openIfHeadless(file: ByteSource): CompressedBlock | null {
  if (file.sizeBytes > LARGEST_BYTES || isRecordAt(file, 0, plausibleBytesAt(file, 0))) return null;
  const found = openHeadlessBlock(file);
  if (found === null) return null;
  const { block, firstChunkAt } = found;
  // Messages may hold chunks, too.
  if (!hasRecordBefore(file, firstChunkAt) && hasRecordPair(firstBytesOf(block))) return block;
  block.close();
  return null;
}

function hasRecordBefore(file: ByteSource, endBytes: number): boolean {
  const bytes = firstBytesOf(file);
  for (let at = 0; at < Math.min(endBytes, bytes.length); at++)
    if (isRecordAt(file, at, plausibleRecordBytes(bytes, at, file.sizeBytes))) return true;
  return false;
}

/** Whether what looks like a record is the last, or another follows. */
function isRecordAt(file: ByteSource, offsetBytes: number, recordBytes: number): boolean {
  const next = offsetBytes + recordBytes;
  return recordBytes > 0 && (next === file.sizeBytes || plausibleBytesAt(file, next) > 0);
}

function plausibleBytesAt(file: ByteSource, offsetBytes: number): number {
  const look = Buffer.alloc(RECORD_LOOK_BYTES);
  const filled = file.read(look, offsetBytes);
  return plausibleRecordBytes(look.subarray(0, filled), 0, file.sizeBytes - offsetBytes);
}

function firstBytesOf(source: ByteSource): Buffer {
  const bytes = Buffer.alloc(Math.min(SEARCHED_BYTES, source.sizeBytes));
  return bytes.subarray(0, source.read(bytes, 0));
}
