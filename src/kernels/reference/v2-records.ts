import { messageAt } from './v2-walk.ts';

/** What assembly/v2-records.ts does, one message after the other. */
export function recordsOfV2(bytes: Uint8Array): Uint8Array | null {
  const records: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const message = messageAt(bytes, at);
    if (message === null || message.subject.length > 0xffff) return null;
    const { seq, timeNs, subject, storedBytes, headerBytes, endBytes } = message;
    const record = Buffer.alloc(storedBytes);
    record.writeUInt32LE((storedBytes | (headerBytes > 0 ? 0x80000000 : 0)) >>> 0, 0);
    record.writeBigUInt64LE(seq, 4);
    record.writeBigInt64LE(timeNs, 12);
    record.writeUInt16LE(subject.length, 20);
    record.set(subject, 22);
    const headerAt = 22 + subject.length;
    if (headerBytes > 0) record.writeUInt32LE(headerBytes, headerAt);
    record.set(
      bytes.subarray(endBytes - message.contentBytes + subject.length, endBytes),
      headerAt + (headerBytes > 0 ? 4 : 0),
    );
    records.push(record);
    at = endBytes;
  }
  return Buffer.concat(records);
}
