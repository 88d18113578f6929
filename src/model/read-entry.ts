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

/** A store has thousands of files of up to the larger size; what is dropped is not given back at once, what shrinks is. */
const MOST_ROOM_BYTES = 8 * 1024 * 1024;
const KEPT_ROOM_BYTES = 64 * 1024;
let room: ArrayBuffer | undefined;

/** The same, but what is read holds only until `use` is done with it. */
export function readBriefly<T>(entry: Entry, limitBytes: number, use: (bytes: Uint8Array | null) => T): T {
  const source = entry.open();
  const { sizeBytes } = source;
  if (sizeBytes > MOST_ROOM_BYTES) {
    source.close();
    return use(readEntry(entry, limitBytes));
  }
  room ??= new ArrayBuffer(KEPT_ROOM_BYTES, { maxByteLength: MOST_ROOM_BYTES });
  try {
    if (sizeBytes > room.byteLength) room.resize(sizeBytes);
    const bytes = new Uint8Array(room, 0, sizeBytes);
    return use(bytes.subarray(0, source.read(bytes, 0)));
  } finally {
    if (room.byteLength > KEPT_ROOM_BYTES) room.resize(KEPT_ROOM_BYTES);
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
