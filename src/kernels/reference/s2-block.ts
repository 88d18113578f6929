/** Decodes one S2 block as codec/s2/README.md words it, byte by byte; null where it is corrupt or above `most` bytes. */
export function decodeS2(block: Uint8Array, most: number): Uint8Array | null {
  const input = { block, at: 0 };
  const length = decodedLength(input);
  if (length === null || length > most) return null;
  const out = new Uint8Array(length);
  let to = 0;
  let offset = 0;
  while (input.at < block.length) {
    const tag = little(input, 1) ?? 0;
    if ((tag & 3) === 0) {
      const m = tag >> 2;
      const stored = m < 60 ? m : little(input, m - 59);
      if (stored === null) return null;
      const end = input.at + stored + 1;
      if (end > block.length || to + stored + 1 > length) return null;
      out.set(block.subarray(input.at, end), to);
      to += stored + 1;
      input.at = end;
      continue;
    }
    const copy = readCopy(input, tag, offset);
    if (copy === null || copy.offset === 0 || copy.offset > to || to + copy.count > length) return null;
    offset = copy.offset;
    for (let i = 0; i < copy.count; i++, to++) out[to] = out[to - offset] ?? 0;
  }
  return to === length ? out : null;
}

interface Input {
  readonly block: Uint8Array;
  at: number;
}

function readCopy(input: Input, tag: number, last: number): { offset: number; count: number } | null {
  if ((tag & 3) !== 1) {
    const offset = little(input, (tag & 3) === 2 ? 2 : 4);
    return offset === null ? null : { offset, count: (tag >> 2) + 1 };
  }
  const low = little(input, 1);
  if (low === null) return null;
  const offset = ((tag & 0xe0) << 3) | low;
  const l = (tag >> 2) & 7;
  if (offset !== 0) return { offset, count: l + 4 };
  if (l < 5) return { offset: last, count: l + 4 };
  const more = little(input, l - 4);
  return more === null ? null : { offset: last, count: more + ([8, 260, 65540][l - 5] ?? 0) };
}

function little(input: Input, width: number): number | null {
  if (input.at + width > input.block.length) return null;
  let value = 0;
  for (let i = 0; i < width; i++) value += (input.block[input.at++] ?? 0) * 2 ** (8 * i);
  return value;
}

function decodedLength(input: Input): number | null {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = little(input, 1);
    if (byte === null) return null;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return value;
  }
  return null;
}
