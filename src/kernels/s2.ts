import { kernel } from './instance.ts';
import { LAYOUT } from './memory-layout.ts';

/** Room in kernel memory for an encoded S2 block of up to 16 MiB: read it there, then call `decodeS2Input`. */
export function s2InputWindow(lengthBytes: number): Uint8Array {
  if (lengthBytes > LAYOUT.s2InputBytes) throw new RangeError(`an S2 block of ${lengthBytes} bytes`);
  return kernel().bytes.subarray(LAYOUT.s2Input, LAYOUT.s2Input + lengthBytes);
}

/** Decodes the block in the input window; a view of up to 4 MiB that holds until the next call, null where damaged. */
export function decodeS2Input(lengthBytes: number): Uint8Array | null {
  const { exports, bytes } = kernel();
  const head = readLength(s2InputWindow(Math.min(lengthBytes, 10)));
  if (head === null || head.value > LAYOUT.s2OutputBytes) return null;
  const written = exports.decodeElements(
    LAYOUT.s2Input + head.lengthBytes,
    LAYOUT.s2Input + lengthBytes,
    LAYOUT.s2Output,
    LAYOUT.s2Output + head.value,
  );
  return written === head.value ? bytes.subarray(LAYOUT.s2Output, LAYOUT.s2Output + written) : null;
}

/** How many bytes an S2 block decodes to, from its first bytes; -1 where they are damaged. */
export function s2DecodedLength(block: Uint8Array): number {
  return readLength(block)?.value ?? -1;
}

function readLength(block: Uint8Array): { readonly value: number; readonly lengthBytes: number } | null {
  let value = 0;
  for (let i = 0; i < Math.min(5, block.length); i++) {
    const byte = block[i] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return value <= 0xffffffff ? { value, lengthBytes: i + 1 } : null;
  }
  return null;
}
