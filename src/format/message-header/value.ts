/** The value of a header field, by its exact name; null where the block has none (server: sliceHeader). */
export function headerValue(header: Uint8Array, name: string): string | null {
  const block = Buffer.from(header.buffer, header.byteOffset, header.byteLength);
  const key = `\r\n${name}:`;
  const at = block.indexOf(key, 0, 'latin1');
  if (at < 0) return null;
  const end = block.indexOf('\r\n', at + key.length, 'latin1');
  return block.toString('utf8', at + key.length, end < 0 ? block.length : end).replace(/^ +/, '');
}
