import type { ByteSource } from '../../source/byte-source.ts';

const WINDOW_BYTES = 64 * 1024;

/** Where the first byte at or behind `from` is that is not zero; null where there is none. */
export function nextContent(source: ByteSource, from: number): number | null {
  const window = new Uint8Array(WINDOW_BYTES);
  for (let at = from; at < source.sizeBytes;) {
    const filled = source.read(window, at);
    const content = window.subarray(0, filled).findIndex((byte) => byte !== 0);
    if (content >= 0) return at + content;
    if (filled === 0) return null;
    at += filled;
  }
  return null;
}
