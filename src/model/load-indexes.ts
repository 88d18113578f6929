import type { Entry } from '../container/entry.ts';
import type { Result } from '../core/result.ts';
import type { Fault } from '../findings/finding.ts';
import { checkIndexSum, parseIndex } from '../format/index/parse.ts';
import type { StreamIndex } from '../format/index/types.ts';
import type { FindingSink } from './finding-sink.ts';
import { readBriefly, readEntry } from './read-entry.ts';

const MOST_BYTES = 1024 * 1024 * 1024;
const NO_BYTES = new Uint8Array(0);

/** Reads index.db; null where there is none that can be used. */
export function loadIndex(entry: Entry | undefined, keyName: string, sink: FindingSink): StreamIndex | null {
  if (entry === undefined) return null;
  return readBriefly(entry, MOST_BYTES, (bytes) => indexIn(bytes, entry, keyName, sink));
}

function indexIn(
  bytes: Uint8Array | null,
  entry: Entry,
  keyName: string,
  sink: FindingSink,
): StreamIndex | null {
  if (bytes === null) return null;
  if (bytes.length >= 32 && !checkIndexSum(bytes, keyName)) {
    sink.add({ code: 'IDX_CHECKSUM_MISMATCH' }, entry.label);
    return null;
  }
  const parsed = parseIndex(bytes, () => readEntry(entry, MOST_BYTES) ?? NO_BYTES);
  if (parsed.ok) return parsed.value;
  sink.add(parsed.fault, entry.label);
  return null;
}

/** Reads a file that servers make anew where it is missing: thw.db, sched.db, sources.db; null as above. */
export function loadSidecar<T>(
  entry: Entry | undefined,
  parse: (bytes: Uint8Array) => Result<T, Fault>,
  sink: FindingSink,
): T | null {
  if (entry === undefined) return null;
  const bytes = readEntry(entry, MOST_BYTES);
  const parsed = bytes === null ? null : parse(bytes);
  if (parsed === null) return null;
  if (parsed.ok) return parsed.value;
  sink.add(parsed.fault, entry.label);
  return null;
}
