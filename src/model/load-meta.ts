import type { Entry, FileStreamParts } from '../container/entry.ts';
import type { Result } from '../core/result.ts';
import type { Fault } from '../findings/finding.ts';
import { hasMark } from '../findings/marks.ts';
import { metaSumFits, parseStreamMeta } from '../format/stream-meta/parse.ts';
import type { StreamMeta } from '../format/stream-meta/types.ts';
import type { FindingSink } from './finding-sink.ts';
import { loadWith, type Loaded } from './load-file.ts';
import { readEntry } from './read-entry.ts';

/** meta.inf, and whether meta.sum is its sum under the name in it. */
interface LoadedMeta extends Loaded<StreamMeta> {
  readonly isSumFitting: boolean;
}

/** Reads a stream's meta.inf and meta.sum; null where there is no meta.inf. Throws SourceError. */
export function loadMeta(entries: ReadonlyMap<string, Entry>): LoadedMeta | null {
  const [file, sum] = [entries.get('meta.inf'), entries.get('meta.sum')];
  if (file === undefined) return null;
  let isSumFitting = false;
  const parse = (bytes: Uint8Array): Result<StreamMeta, Fault> => {
    const parsed = parseStreamMeta(bytes);
    if (parsed.ok && sum !== undefined)
      isSumFitting = metaSumFits(parsed.value.name, bytes, readEntry(sum) ?? new Uint8Array(0));
    return parsed;
  };
  return { ...loadWith(file, parse, { code: 'META_CORRUPT' }), isSumFitting };
}

/** What is missing of meta.inf and meta.sum, or does not fit. */
export function checkMeta(
  parts: FileStreamParts,
  entries: ReadonlyMap<string, Entry>,
  meta: StreamMeta | null,
  isSumFitting: boolean,
  sink: FindingSink,
): void {
  const sum = entries.get('meta.sum');
  const isBareBlock =
    parts.form === 'store' && parts.entries.every((entry) => entry.path.startsWith('msgs/'));
  if (!entries.has('meta.inf')) {
    if (!isBareBlock && !isUnread(parts)) sink.add({ code: 'META_MISSING' }, parts.label);
  } else if (sum === undefined) sink.add({ code: 'META_SUM_MISSING' }, parts.label);
  else if (meta !== null && !isSumFitting) sink.add({ code: 'META_SUM_MISMATCH' }, sum.label);
}

/** Whether damage let nothing of a snapshot be read: it may be a V2 archive, which has no such file. */
function isUnread({ entries, findings }: FileStreamParts): boolean {
  return entries.length === 0 && hasMark(findings, 'ends-reading');
}

/** The folder, meta.inf and backup.json must name the same stream. */
export function checkNames(
  parts: FileStreamParts,
  meta: StreamMeta | null,
  declaredName: string,
  sink: FindingSink,
): void {
  if (meta === null) return;
  const folder = parts.form === 'store' ? parts.folderName : null;
  if (folder !== null && folder !== meta.name)
    sink.add({ code: 'META_FOLDER_RENAMED', data: { folder, name: meta.name } }, parts.label);
  if (declaredName !== '' && declaredName !== meta.name && parts.manifest !== null)
    sink.add(
      { code: 'MAN_NAME_MISMATCH', data: { manifest: declaredName, meta: meta.name } },
      parts.manifest.label,
    );
}
