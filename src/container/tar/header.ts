/*
 * A tar header is a block of 512 bytes (POSIX ustar):
 *   0 name[100]  100 mode  108 uid  116 gid  124 size[12]  136 mtime[12]  148 checksum[8]  156 type  157 link[100]
 *   257 magic "ustar"  345 prefix[155]
 * Numbers are octal text, or, with the top bit of the first byte set, big-endian base 256.
 */
export const TAR_BLOCK_BYTES = 512;

/** What stands in the 512 bytes before a file. */
export interface TarHeader {
  readonly name: string;
  readonly sizeBytes: number;
  /** One character: `0` file, `x` PAX, `g` PAX global, `L` GNU long name, `5` folder, ... */
  readonly type: string;
}

const decoder = new TextDecoder();

/** Reads a header block; `zero` for a block of zeros, null where the checksum does not fit. */
export function parseTarHeader(block: Uint8Array): TarHeader | 'zero' | null {
  if (block.every((byte) => byte === 0)) return 'zero';
  const expected = octal(block.subarray(148, 156));
  let sum = 8 * 0x20;
  block.forEach((byte, i) => {
    if (i < 148 || i >= 156) sum += byte;
  });
  if (expected !== sum) return null;
  const type = String.fromCharCode(block[156] ?? 0);
  const prefix = text(block.subarray(257, 262)) === 'ustar' ? text(block.subarray(345, 500)) : '';
  const name = text(block.subarray(0, 100));
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    sizeBytes: number(block.subarray(124, 136)),
    type: type === '\0' || type === '7' ? '0' : type,
  };
}

function text(field: Uint8Array): string {
  const end = field.indexOf(0);
  return decoder.decode(end < 0 ? field : field.subarray(0, end));
}

function octal(field: Uint8Array): number {
  const digits = text(field).trim();
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : Number.NaN;
}

/** Sizes may be larger than any file: the caller holds them against what remains. */
function number(field: Uint8Array): number {
  if (((field[0] ?? 0) & 0x80) === 0) return octal(field);
  return field.subarray(1).reduce((value, byte) => value * 256 + byte, (field[0] ?? 0) & 0x7f);
}

/** The records of a PAX header: `LENGTH KEY=VALUE\n` each; null where they are damaged. */
export function parsePaxRecords(bytes: Uint8Array): ReadonlyMap<string, string> | null {
  const records = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const blank = bytes.indexOf(0x20, at);
    const length = blank < 0 ? Number.NaN : Number(decoder.decode(bytes.subarray(at, blank)));
    if (!Number.isSafeInteger(length) || length <= blank - at || at + length > bytes.length) return null;
    const record = decoder.decode(bytes.subarray(blank + 1, at + length - 1));
    const equals = record.indexOf('=');
    if (equals < 0 || bytes[at + length - 1] !== 0x0a) return null;
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}
