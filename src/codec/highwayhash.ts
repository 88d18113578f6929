import { highwayHash64, sha256 } from '../kernels/index.ts';

/** Of the name that was asked for last: meta.sum and index.db are keyed with the same, and a block is looked at twice. */
let known: { readonly keyString: string; readonly key: Uint8Array } | null = null;

/** The HighwayHash key of a name: SHA-256 of its UTF-8 bytes, 32 bytes. `format/README.md` has the names. */
export function hashKey(keyString: string): Uint8Array {
  if (known?.keyString !== keyString) known = { keyString, key: sha256(Buffer.from(keyString, 'utf8')) };
  return known.key;
}

/** HighwayHash-64 keyed with a name, 8 bytes, low byte first. */
export function keyedSum(keyString: string, bytes: Uint8Array): Uint8Array {
  return highwayHash64(hashKey(keyString), bytes);
}

/** The same as 16 lower-case hex digits, as `meta.sum` holds it. */
export function keyedSumHex(keyString: string, bytes: Uint8Array): string {
  return Buffer.from(keyedSum(keyString, bytes)).toString('hex');
}
