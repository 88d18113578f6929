import { Cursor } from '../../../core/bytes/cursor.ts';
import { isJsonObject, textField, type JsonObject, type JsonValue } from '../../../core/json.ts';
import { parseSources } from '../../../format/sources/parse.ts';
import { readTimeFileHead } from '../../../format/time-file-head.ts';
import { readEntry } from '../../../model/read-entry.ts';
import type { StreamArchive } from '../../../model/stream-archive.ts';
import type { RecoveredStream } from '../rules/recovered.ts';
import { entryAt } from '../../../container/entry.ts';

/**
 * From which sequence on a server of 2.15 looks for how far a stream has copied its sources: from the first where
 * sources.db is missing, cannot be read or does not name all of them, else from where it was written on
 * (recoverPerMessageState). null: nowhere.
 */
export function sourcesSoughtFrom(
  { parts }: StreamArchive,
  config: JsonObject,
  { firstSeq, lastSeq }: RecoveredStream,
): bigint | null {
  const { sources } = config;
  if (!Array.isArray(sources)) return null;
  const configured = sources.filter(isJsonObject).map(sourceNameTest);
  const entry = entryAt(parts, 'sources.db');
  const bytes = entry === undefined ? new Uint8Array(0) : (readEntry(entry) ?? new Uint8Array(0));
  const parsed = parseSources(bytes);
  const stamp = parsed.ok ? (readTimeFileHead(new Cursor(bytes), 0n)?.stamp ?? 0n) : 0n;
  const named = parsed.ok ? parsed.value.map(({ name }) => Buffer.from(name).toString()) : [];
  const areAllNamed = configured.every((isOf) => named.some(isOf));
  const fromSeq = areAllNamed && stamp > firstSeq ? stamp : firstSeq;
  return fromSeq > lastSeq ? null : fromSeq;
}

/** Tests a name: stream, filter and destination (composeIName); of an external stream or a consumer a hash stands behind the stream. */
export function sourceNameTest(source: JsonObject): (name: string) => boolean {
  const transforms = Array.isArray(source['subject_transforms']) ? source['subject_transforms'] : [];
  const ofEach = (field: string): string => transforms.map((one) => fieldOf(one, field)).join('\f');
  const filter = transforms.length > 0 ? ofEach('src') : fieldOf(source, 'filter_subject');
  const end = ` ${filter} ${transforms.length > 0 ? ofEach('dest') : '>'}`;
  const stream = textField(source, 'name') ?? '';
  if (source['external'] === undefined && source['consumer'] === undefined)
    return (name) => name === `${stream}${end}`;
  return (name) => name.startsWith(`${stream}:`) && name.endsWith(end);
}

function fieldOf(value: JsonValue | undefined, field: string): string {
  const text = isJsonObject(value) ? textField(value, field) : null;
  return text === null || text === '' ? '>' : text;
}
