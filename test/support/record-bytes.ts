export interface RecordParts {
  /** The sequence with its flag bits. */
  readonly word: bigint;
  readonly timeNs: bigint;
  readonly subject?: string | Uint8Array;
  /** Empty: none. */
  readonly header?: string;
  readonly payload?: Uint8Array;
}

/** A record of a block (format/block/README.md); `sumOf` makes the checksum of what it covers. */
export function recordBytes(parts: RecordParts, sumOf: (covered: Uint8Array) => Uint8Array): Buffer {
  const { payload = new Uint8Array(0) } = parts;
  const [subject, header] = [Buffer.from(parts.subject ?? ''), Buffer.from(parts.header ?? '')];
  const headerLength = Buffer.alloc(header.length === 0 ? 0 : 4);
  if (header.length > 0) headerLength.writeUInt32LE(header.length);
  const lengthBytes = 30 + subject.length + headerLength.length + header.length + payload.length;
  const head = Buffer.alloc(22);
  head.writeUInt32LE((lengthBytes | (header.length === 0 ? 0 : 0x80000000)) >>> 0, 0);
  head.writeBigUInt64LE(parts.word, 4);
  head.writeBigInt64LE(parts.timeNs, 12);
  head.writeUInt16LE(subject.length, 20);
  const sum = sumOf(Buffer.concat([head.subarray(4, 20), subject, header, payload]));
  return Buffer.concat([head, subject, headerLength, header, payload, sum]);
}
