import { ByteWriter } from '../../core/bytes/byte-writer.ts';
import type { TtlWheel } from './types.ts';

const VERSION = 1;

/** Writes thw.db (server: thw.Encode). */
export function writeTtlWheel(wheel: TtlWheel): Uint8Array {
  const writer = new ByteWriter();
  writer.u8(VERSION).u64(BigInt(wheel.seqs.length)).u64(wheel.stamp);
  wheel.seqs.forEach((seq, i) => writer.varint(wheel.expiresNs[i] ?? 0n).uvarint(seq));
  return writer.written;
}
