import type { Entry } from '../container/entry.ts';
import type { SourceDescriptor } from '../source/byte-source.ts';

/** Files beside the blocks are small; past this many bytes one is not what it claims to be. */
const SMALL_FILE_LIMIT_BYTES = 64 * 1024 * 1024;

/** Reads a small file whole. null where it is larger than any server writes. Throws SourceError. */
export function readEntry(entry: Entry, limitBytes: number = SMALL_FILE_LIMIT_BYTES): Uint8Array | null {
  if (entry.sizeBytes > limitBytes) return null;
  const source = entry.open();
  try {
    const bytes = new Uint8Array(source.sizeBytes);
    return bytes.subarray(0, source.read(bytes, 0));
  } finally {
    source.close();
  }
}

/** Reused for files of up to this size: a store has thousands of them, and what is dropped is not given back at once. */
const SPARE_BYTES = 8 * 1024 * 1024;
let spare = new Uint8Array(0);

/** The same, but what it gives holds only until the next call. */
export function readBriefly(entry: Entry, limitBytes: number): Uint8Array | null {
  if (entry.sizeBytes > SPARE_BYTES) return readEntry(entry, limitBytes);
  const source = entry.open();
  try {
    if (spare.length < source.sizeBytes) spare = new Uint8Array(source.sizeBytes);
    return spare.subarray(0, source.read(spare.subarray(0, source.sizeBytes), 0));
  } finally {
    source.close();
  }
}

/** How a thread opens the bytes. Throws SourceError where they cannot be opened. */
export function descriptorOf(entry: Entry): SourceDescriptor {
  const source = entry.open();
  source.close();
  return source.descriptor;
}

/** The last 8 bytes of a file: of a block, the checksum of its last record, compressed or not. */
export function readLastBytes(entry: Entry): Uint8Array {
  const source = entry.open();
  try {
    const bytes = new Uint8Array(Math.min(8, source.sizeBytes));
    return bytes.subarray(0, source.read(bytes, source.sizeBytes - bytes.length));
  } finally {
    source.close();
  }
}
