import { TAR_BLOCK_BYTES } from './header.ts';

const MODE = '0000600';
const NAME_BYTES = 100;
/** What a ustar size field holds in octal digits. */
const MOST_BYTES = 8 ** 11 - 1;

const encoder = new TextEncoder();

/** The two blocks of zeros at the end of a tar. */
export const TAR_END: Uint8Array = new Uint8Array(2 * TAR_BLOCK_BYTES);

/**
 * The header of a regular file, mode 0600, without a time, so that the same files give the same bytes; with a PAX `path`
 * before it where the name is long or not ASCII. Accepted by every server (container/README.md).
 */
export function tarFileHeader(name: string, sizeBytes: number): Uint8Array {
  if (sizeBytes > MOST_BYTES) throw new RangeError(`${sizeBytes} bytes do not fit a tar entry`);
  const nameBytes = encoder.encode(name);
  const isPlain = nameBytes.length <= NAME_BYTES && nameBytes.every((byte) => byte < 0x80);
  if (isPlain) return header(nameBytes, sizeBytes, '0');
  const record = paxRecord('path', name);
  const stand = nameBytes.map((byte) => (byte < 0x80 ? byte : 0x5f)).subarray(0, NAME_BYTES);
  return Buffer.concat([
    header(encoder.encode('PaxHeaders.0/path'), record.length, 'x'),
    record,
    tarPadding(record.length),
    header(stand, sizeBytes, '0'),
  ]);
}

/** The zeros behind a file of this size. */
export function tarPadding(sizeBytes: number): Uint8Array {
  return new Uint8Array((TAR_BLOCK_BYTES - (sizeBytes % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES);
}

function header(name: Uint8Array, sizeBytes: number, type: string): Uint8Array {
  const block = new Uint8Array(TAR_BLOCK_BYTES);
  const put = (at: number, text: string): void => block.set(encoder.encode(text), at);
  block.set(name, 0);
  put(100, MODE);
  put(108, '0000000');
  put(116, '0000000');
  put(124, sizeBytes.toString(8).padStart(11, '0'));
  put(136, '00000000000');
  put(148, ' '.repeat(8));
  put(156, type);
  put(257, 'ustar\x0000');
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return block;
}

/** `LENGTH KEY=VALUE\n`, where LENGTH counts itself. */
function paxRecord(key: string, value: string): Uint8Array {
  const rest = encoder.encode(` ${key}=${value}\n`);
  let lengthBytes = rest.length + 1;
  while (String(lengthBytes).length + rest.length !== lengthBytes)
    lengthBytes = String(lengthBytes).length + rest.length;
  return Buffer.concat([encoder.encode(String(lengthBytes)), rest]);
}
