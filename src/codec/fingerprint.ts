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

/** Larger messages are hashed in pieces of this size: the hash's own memory keeps the size of the largest piece. */
const PIECE_BYTES = 64 * 1024;

/**
 * XXH64 over subject, header and payload, one behind the other, seeded with the time; the two lengths that tell them
 * apart are mixed in, so that equal bytes cut otherwise differ. Never 0. Throws where nothing was loaded.
 */
export function fingerprint(parts: MessageParts, timeNs: bigint): bigint {
  if (loaded === undefined) throw new Error('the fingerprints are not loaded');
  const { subject, header, payload } = parts;
  const seed = BigInt.asUintN(64, timeNs);
  const isSmall = subject.length + header.length + payload.length <= PIECE_BYTES;
  const hash = isSmall ? loaded.h64Raw(contentOf(parts), seed) : hashInPieces(loaded, parts, seed);
  const sum = hash ^ BigInt(header.length * 0x10000 + subject.length);
  return sum === 0n ? 1n : sum;
}

function hashInPieces(api: XXHashAPI, { subject, header, payload }: MessageParts, seed: bigint): bigint {
  const hash = api.create64(seed);
  for (const part of [subject, header, payload])
    for (let at = 0; at < part.length; at += PIECE_BYTES) hash.update(part.subarray(at, at + PIECE_BYTES));
  return hash.digest();
}

/** As one run of bytes: where they lie so already, without a copy. */
function contentOf({ subject, header, payload }: MessageParts): Uint8Array {
  const headerAt = subject.byteOffset + subject.length;
  const isOneRun =
    subject.buffer === payload.buffer &&
    (header.length === 0 || (header.buffer === subject.buffer && header.byteOffset === headerAt)) &&
    payload.byteOffset === headerAt + header.length;
  const lengthBytes = subject.length + header.length + payload.length;
  if (isOneRun) return new Uint8Array(subject.buffer, subject.byteOffset, lengthBytes);
  return Buffer.concat([subject, header, payload], lengthBytes);
}
