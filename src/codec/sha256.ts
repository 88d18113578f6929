import { sha256 } from '../kernels/index.ts';

/** SHA-256 as 64 lower-case hex digits; for what is small. */
export function sha256Hex(bytes: Uint8Array): string {
  return Buffer.from(sha256(bytes)).toString('hex');
}
