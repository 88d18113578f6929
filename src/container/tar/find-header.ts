import type { ByteSource } from '../../source/byte-source.ts';
import { nameFault, normalName } from './entry-name.ts';
import { parseTarHeader, TAR_BLOCK_BYTES } from './header.ts';

const WINDOW_BYTES = 1024 * 1024;
const MAGIC = Buffer.from('ustar');
const MAGIC_AT = 257;

/**
 * Where the next header begins that a server may have written, at or behind `from`; the end of the source where there is
 * none. `stepBytes`: headers lie a multiple of it behind `origin`.
 */
export function nextHeader(source: ByteSource, from: number, stepBytes: number, origin: number): number {
  const window = Buffer.alloc(WINDOW_BYTES);
  for (let at = from; at < source.sizeBytes; at += WINDOW_BYTES - TAR_BLOCK_BYTES) {
    const filled = window.subarray(0, source.read(window, at));
    for (let i = filled.indexOf(MAGIC); i >= 0; i = filled.indexOf(MAGIC, i + 1)) {
      const header = i - MAGIC_AT;
      if (header < 0 || header + TAR_BLOCK_BYTES > filled.length) continue;
      if (
        (at + header - origin) % stepBytes === 0 &&
        isOfServer(filled.subarray(header, header + TAR_BLOCK_BYTES))
      )
        return at + header;
    }
  }
  return source.sizeBytes;
}

/** A header whose sum fits, and whose name a server would have written: messages may hold archives, too. */
function isOfServer(block: Uint8Array): boolean {
  const header = parseTarHeader(block);
  if (header === null || header === 'zero') return false;
  return header.name.includes('PaxHeaders') || nameFault(normalName(header.name)) === null;
}
