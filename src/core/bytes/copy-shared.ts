/**
 * Copies bytes to `target` from `at` on, where one of the two is memory that threads share: `set` goes byte by byte there, unless
 * both begin at a multiple of eight; `fill` copies words.
 */
export function copyShared(bytes: Uint8Array, target: Uint8Array, at = 0): void {
  const room = target.subarray(at, at + bytes.length);
  if (room.length !== bytes.length) throw new RangeError(`${bytes.length} bytes do not fit`);
  if (bytes.length > 0) Buffer.from(room.buffer, room.byteOffset, room.length).fill(bytes);
}
