import { hashKey } from '../../codec/highwayhash.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Result } from '../../core/result.ts';
import type { Fault } from '../../findings/finding.ts';
import { highwayHash64 } from '../../kernels/index.ts';
import { readEntry } from '../../model/read-entry.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';

/** A configuration is a few thousand bytes; a larger one is not searched. */
const MOST_BYTES = 16 * 1024;

/**
 * A meta.inf as it was before one bit of it flipped: the only change with which the meta.sum beside it fits again. null
 * where no single bit explains it. `folder`: empty, or `obs/CONSUMER/`; `keyName`: `STREAM`, or `STREAM/CONSUMER`.
 */
export function mendMeta<T>(
  archive: StreamArchive,
  folder: string,
  keyName: string,
  parse: (bytes: Uint8Array) => Result<T, Fault>,
): T | null {
  const [meta, sum] = [read(archive, `${folder}meta.inf`), read(archive, `${folder}meta.sum`)];
  if (meta === null || sum === null || meta.length > MOST_BYTES) return null;
  const expected = Buffer.from(new TextDecoder('latin1').decode(sum), 'hex');
  if (expected.length !== 8) return null;
  const key = hashKey(keyName);
  for (let bit = 0; bit < meta.length * 8; bit++) {
    flip(meta, bit);
    if (expected.equals(highwayHash64(key, meta))) {
      const parsed = parse(meta);
      return parsed.ok ? parsed.value : null;
    }
    flip(meta, bit);
  }
  return null;
}

function read({ parts }: StreamArchive, path: string): Uint8Array | null {
  if (parts.form === 'v2' || parts.form === 'config') return null;
  const entry = parts.entries.find((other) => other.path === path);
  return entry === undefined ? null : readEntry(entry);
}

function flip(bytes: Uint8Array, bit: number): void {
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
}

/** Without the fields that no server accepts, and those that none knows: what damage leaves of a configuration. */
export function withoutFaults(
  config: JsonObject,
  check: (config: JsonObject) => readonly Fault[],
): JsonObject {
  const bad = new Set(check(config).map(({ data }) => String(data?.['field']).split('.')[0]));
  return Object.fromEntries(Object.entries(config).filter(([field]) => !bad.has(field)));
}
