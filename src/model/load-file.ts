import type { Entry, StreamParts } from '../container/entry.ts';
import type { Result } from '../core/result.ts';
import type { Fault } from '../findings/finding.ts';
import { parseManifest } from '../format/manifest/parse.ts';
import type { Manifest } from '../format/manifest/types.ts';
import { readEntry } from './read-entry.ts';

/** What became of a small file: its value, or what is wrong with it. */
export interface Loaded<T> {
  readonly value: T | null;
  readonly fault: Fault | null;
  readonly file: string;
}

/** Reads a file whole and parses it; `tooLarge` is told of one that no server writes. Throws SourceError. */
export function loadWith<T>(
  entry: Entry,
  parse: (bytes: Uint8Array) => Result<T, Fault>,
  tooLarge: Fault,
): Loaded<T> {
  const bytes = readEntry(entry);
  if (bytes === null) return { value: null, fault: tooLarge, file: entry.label };
  const parsed = parse(bytes);
  return parsed.ok
    ? { value: parsed.value, fault: null, file: entry.label }
    : { value: null, fault: parsed.fault, file: entry.label };
}

/** Reads backup.json, of which the client may refuse a value and all else be sound; null where the form has none. Throws SourceError. */
export function loadManifest(parts: StreamParts): Loaded<Manifest> | null {
  if (parts.manifest === null) return null;
  const loaded = loadWith(parts.manifest, parseManifest, { code: 'MAN_CORRUPT' });
  if (loaded.value?.hasByteOrderMark === true) return { ...loaded, fault: { code: 'MAN_BYTE_ORDER_MARK' } };
  const noTime = loaded.value?.noTime;
  if (noTime === undefined) return loaded;
  return { ...loaded, fault: { code: 'MAN_CORRUPT', data: { reason: `${noTime} is no time` } } };
}
