import { hashKey } from '../../../codec/highwayhash.ts';
import type { Result } from '../../../core/result.ts';
import type { Fault } from '../../../findings/finding.ts';
import { highwayHash64 } from '../../../kernels/index.ts';
import { readEntry } from '../../../model/read-entry.ts';
import type { StreamArchive } from '../../../model/stream-archive.ts';
import { entryAt } from '../../../container/entry.ts';

/** A configuration is a few thousand bytes; a larger one is not searched. */
const MOST_BYTES = 16 * 1024;

/** What meta.inf said, and which file was damaged. */
interface MendedMeta<T> {
  readonly meta: T;
  /** In words. */
  readonly said: string;
}

/**
 * A meta.inf that does not fit the meta.sum beside it, as it was before one bit of either flipped: the only change with which
 * they fit again. null where no single bit explains it. `folder`: empty, or `obs/CONSUMER/`; `keyName`: `STREAM`, or
 * `STREAM/CONSUMER`.
 */
export function mendMeta<T>(
  archive: StreamArchive,
  folder: string,
  keyName: string,
  parse: (bytes: Uint8Array) => Result<T, Fault>,
): MendedMeta<T> | null {
  const [meta, sum] = [read(archive, `${folder}meta.inf`), read(archive, `${folder}meta.sum`)];
  if (meta === null || sum === null || meta.length > MOST_BYTES) return null;
  const key = hashKey(keyName);
  const mended = (file: string): MendedMeta<T> | null => {
    const parsed = parse(meta);
    if (!parsed.ok) return null;
    return { meta: parsed.value, said: `one bit of ${file} had flipped: set right, the two fit again` };
  };
  if (isOneBitOff(sum, highwayHash64(key, meta))) return mended('meta.sum');
  const expected = Buffer.from(new TextDecoder('latin1').decode(sum), 'hex');
  if (expected.length !== 8) return null;
  for (let bit = 0; bit < meta.length * 8; bit++) {
    flip(meta, bit);
    if (expected.equals(highwayHash64(key, meta))) return mended('meta.inf');
    flip(meta, bit);
  }
  return null;
}

/** Whether the digits of a sum are those of `hash` but for one bit. */
function isOneBitOff(sum: Uint8Array, hash: Uint8Array): boolean {
  const digits = Buffer.from(Buffer.from(hash).toString('hex'), 'latin1');
  if (sum.length !== digits.length) return false;
  const off = digits.map((digit, i) => digit ^ (sum[i] ?? 0)).filter((bits) => bits !== 0);
  const [bits = 0] = off;
  return off.length === 1 && (bits & (bits - 1)) === 0;
}

function read({ parts }: StreamArchive, path: string): Uint8Array | null {
  const entry = entryAt(parts, path);
  return entry === undefined ? null : readEntry(entry);
}

function flip(bytes: Uint8Array, bit: number): void {
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
}
