/*
 * S2 framing (README.md), a superset of Snappy's:
 *
 *   stream := chunk*            the first chunk is the identifier
 *   chunk  := type:u8 length:u24le body[length]
 *   0xff       identifier, body "S2sTwO" or "sNaPpY"; may come again where streams were joined
 *   0x00       masked CRC-32C of the decoded bytes (u32), then an S2 block
 *   0x01       masked CRC-32C (u32), then the bytes as they are
 *   0x80..0xfe padding, indexes: skipped
 *   0x02..0x7f reserved: no reader may skip them
 */
export const CHUNK_HEADER_BYTES = 4;
/** The masked sum at the beginning of a chunk with data. */
export const CHUNK_CRC_BYTES = 4;
/** No writer makes chunks that decode to more. */
export const MAX_DECODED_BYTES: number = 4 * 1024 * 1024;

/** First bytes of chunks; from `firstSkippable` up to the identifier they may be passed over. */
export const CHUNK_TYPE = { compressed: 0x00, raw: 0x01, identifier: 0xff, firstSkippable: 0x80 } as const;

/** The chunk that an S2 stream begins with. */
export const S2_IDENTIFIER: Uint8Array = Uint8Array.from([0xff, 6, 0, 0, 0x53, 0x32, 0x73, 0x54, 0x77, 0x4f]);

const IDENTIFIERS: readonly string[] = ['S2sTwO', 'sNaPpY'];

/** Whether bytes begin as an S2 or Snappy framed stream does. */
export function beginsAsS2(bytes: Uint8Array): boolean {
  if (bytes.length < 10 || bytes[0] !== CHUNK_TYPE.identifier) return false;
  if (bytes[1] !== 6 || bytes[2] !== 0 || bytes[3] !== 0) return false;
  return IDENTIFIERS.includes(String.fromCharCode(...bytes.subarray(4, 10)));
}
