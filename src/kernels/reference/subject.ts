const MASK = (1n << 64n) - 1n;
const STEP = 0x9fb21c651e98df25n;
const SEED = 0x9e3779b97f4a7c15n;
const FORBIDDEN = [0, 9, 10, 13, 32];
const DOT = 0x2e;

/** The mix that assembly/subject.ts defines. */
export function subjectDigest(subject: Uint8Array): bigint {
  let h = (SEED * BigInt(subject.length + 1)) & MASK;
  for (let at = 0; at < subject.length; at += 8) {
    let word = 0n;
    subject.subarray(at, at + 8).forEach((byte, i) => (word |= BigInt(byte) << BigInt(8 * i)));
    h = ((h ^ word) * STEP) & MASK;
    h ^= h >> 32n;
  }
  h = (h * SEED) & MASK;
  return h ^ (h >> 29n);
}

/** No empty token, none of the bytes that end a subject in the protocol. */
export function subjectIsSound(subject: Uint8Array): boolean {
  if (subject.length === 0 || subject[0] === DOT || subject.at(-1) === DOT) return false;
  return subject.every((byte, i) => !FORBIDDEN.includes(byte) && !(byte === DOT && subject[i + 1] === DOT));
}
