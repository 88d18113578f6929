import { highwayHash64 } from '../../../src/kernels/reference/highway-hash.ts';

export const KEY: Uint8Array = Uint8Array.from({ length: 32 }, (_, i) => i * 7 + 3);
export const TIME = 1795216239741415181n;

/** One record; `word` is the sequence with its flag bits. `hash` makes the checksum. */
export function record(
  word: bigint,
  options: { subject?: string | Uint8Array; header?: string; payload?: Uint8Array; timeNs?: bigint } = {},
  hash: (key: Uint8Array, bytes: Uint8Array) => Uint8Array = highwayHash64,
): Uint8Array {
  const subject = Buffer.from(options.subject ?? '');
  const header = Buffer.from(options.header ?? '');
  const payload = options.payload ?? new Uint8Array(0);
  const length = 30 + subject.length + payload.length + (header.length > 0 ? 4 + header.length : 0);
  const head = Buffer.alloc(22);
  head.writeUInt32LE((length | (header.length > 0 ? 0x80000000 : 0)) >>> 0, 0);
  head.writeBigUInt64LE(word, 4);
  head.writeBigInt64LE(options.timeNs ?? TIME, 12);
  head.writeUInt16LE(subject.length, 20);
  const headerBytes = Buffer.alloc(header.length > 0 ? 4 : 0);
  if (header.length > 0) headerBytes.writeUInt32LE(header.length);
  const sum = hash(KEY, Buffer.concat([head.subarray(4, 20), subject, header, payload]));
  return Buffer.concat([head, subject, headerBytes, header, payload, sum]);
}
