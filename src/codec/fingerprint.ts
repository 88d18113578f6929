import xxhash, { type XXHashAPI } from 'xxhash-wasm';

/** The parts of a message, as stored. */
export interface MessageParts {
  readonly subject: Uint8Array;
  readonly header: Uint8Array;
  readonly payload: Uint8Array;
}

let loaded: XXHashAPI | undefined;

/** To be awaited once in a thread before the first fingerprint. */
export async function loadFingerprints(): Promise<void> {
  loaded ??= await xxhash();
}

/**
 * XXH64 over subject, header and payload, one behind the other in `content`, seeded with the time; the two lengths that
 * tell them apart are mixed in, so that equal bytes cut otherwise differ. Never 0. Throws where nothing was loaded.
 */
export function fingerprint(
  content: Uint8Array,
  subjectBytes: number,
  headerBytes: number,
  timeNs: bigint,
): bigint {
  if (loaded === undefined) throw new Error('the fingerprints are not loaded');
  const sum =
    loaded.h64Raw(content, BigInt.asUintN(64, timeNs)) ^ BigInt(headerBytes * 0x10000 + subjectBytes);
  return sum === 0n ? 1n : sum;
}

/** Subject, header and payload as one run of bytes: where they lie so already, without a copy. */
export function contentOf({ subject, header, payload }: MessageParts): Uint8Array {
  const headerAt = subject.byteOffset + subject.length;
  const isOneRun =
    subject.buffer === payload.buffer &&
    (header.length === 0 || (header.buffer === subject.buffer && header.byteOffset === headerAt)) &&
    payload.byteOffset === headerAt + header.length;
  const lengthBytes = subject.length + header.length + payload.length;
  if (isOneRun) return new Uint8Array(subject.buffer, subject.byteOffset, lengthBytes);
  return Buffer.concat([subject, header, payload], lengthBytes);
}
