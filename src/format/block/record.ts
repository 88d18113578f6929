/** Length word, sequence word, time, subject length: what stands before the subject. */
export const RECORD_HEAD_BYTES = 22;
/** The length before a header block. */
export const HEADER_LENGTH_BYTES = 4;
/** The checksum that ends a record. */
export const CHECKSUM_BYTES = 8;
/** A record without subject, headers and payload: what marks an erased or skipped sequence, or a tombstone. */
export const LEAST_RECORD_BYTES: number = RECORD_HEAD_BYTES + CHECKSUM_BYTES;
/** No server takes a longer record for one. */
export const MOST_RECORD_BYTES: number = 32 * 1024 * 1024;

/** In the sequence word: the message was erased, or its sequence skipped. */
export const ERASED_BIT: bigint = 1n << 63n;
/** In the sequence word: the record tells that another one was deleted. */
export const TOMBSTONE_BIT: bigint = 1n << 62n;
/** In the sequence word: all that is not the sequence. */
export const SEQ_FLAGS: bigint = ERASED_BIT | TOMBSTONE_BIT;

const HEADER_BIT = 0x80000000;
const SEQ_AT = 4;
const TIME_AT = 12;
const SUBJECT_BYTES_AT = 20;

/** How long the record that begins at `at` says it is. */
export function recordBytesAt(block: Buffer, at: number): number {
  return block.readUInt32LE(at) & ~HEADER_BIT;
}

/** Whether it says that it has a header block. */
export function hasHeaderAt(block: Buffer, at: number): boolean {
  return (block.readUInt32LE(at) & HEADER_BIT) !== 0;
}

/** Its sequence with its flag bits. */
export function seqWordAt(block: Buffer, at: number): bigint {
  return block.readBigUInt64LE(at + SEQ_AT);
}

/** Its time, ns since 1970. */
export function timeNsAt(block: Buffer, at: number): bigint {
  return block.readBigInt64LE(at + TIME_AT);
}

/** How long it says its subject is. */
export function subjectBytesAt(block: Buffer, at: number): number {
  return block.readUInt16LE(at + SUBJECT_BYTES_AT);
}

/** The bytes that a record's head asks for: itself, the subject, the length of a header block, the checksum. */
export function leastBytesAt(block: Buffer, at: number): number {
  return LEAST_RECORD_BYTES + subjectBytesAt(block, at) + (hasHeaderAt(block, at) ? HEADER_LENGTH_BYTES : 0);
}

/** Bytes a message takes in a block: what `bytes` of a stream state counts. `headerBytes` = 0: no header block. */
export function recordBytesOf(subjectBytes: number, headerBytes: number, payloadBytes: number): number {
  const headerPart = headerBytes > 0 ? HEADER_LENGTH_BYTES + headerBytes : 0;
  return LEAST_RECORD_BYTES + subjectBytes + headerPart + payloadBytes;
}

/** Whether so few bytes are less than any message takes: it has a subject. Only tombstones and marks of skipped sequences are so short. */
export function isBelowMessage(bytes: number): boolean {
  return bytes <= LEAST_RECORD_BYTES;
}

/** The word that begins a record. */
export function lengthWord(recordBytes: number, hasHeader: boolean): number {
  return hasHeader ? (recordBytes | HEADER_BIT) >>> 0 : recordBytes;
}

/** Writes the head of a record without a subject: its checksum is still to come. */
export function writeEmptyRecord(record: Buffer, seqWord: bigint, timeNs: bigint): void {
  record.fill(0, 0, LEAST_RECORD_BYTES);
  record.writeUInt32LE(LEAST_RECORD_BYTES, 0);
  record.writeBigUInt64LE(seqWord, SEQ_AT);
  record.writeBigInt64LE(timeNs, TIME_AT);
}

/** What the checksum of a record without subject, headers and payload is over: its sequence word and time. */
export function summedOfEmpty(record: Uint8Array): Uint8Array {
  return record.subarray(SEQ_AT, SUBJECT_BYTES_AT);
}
