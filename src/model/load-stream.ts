import type { Entry, FileStreamParts, StreamParts } from '../container/entry.ts';
import type { JsonObject } from '../core/json.ts';
import { makeFinding, type Fault, type Finding, type Place } from '../findings/finding.ts';
import type { Result } from '../core/result.ts';
import { cipherOfKeyFile } from '../format/key-file/parse.ts';
import { checkIndexSum, parseIndex } from '../format/index/parse.ts';
import type { StreamIndex } from '../format/index/types.ts';
import { parseManifest } from '../format/manifest/parse.ts';
import type { Manifest } from '../format/manifest/types.ts';
import { parseSchedule } from '../format/schedule/parse.ts';
import { parseSources } from '../format/sources/parse.ts';
import { metaSumFits, parseStreamMeta } from '../format/stream-meta/parse.ts';
import type { StreamMeta } from '../format/stream-meta/types.ts';
import { parseTtlWheel } from '../format/ttl-wheel/parse.ts';
import { loadBlocks } from './load-blocks.ts';
import { loadConsumers } from './load-consumers.ts';
import { standingOf } from './index-standing.ts';
import { readEntry, readLastBytes } from './read-entry.ts';
import type { StreamArchive } from './stream-archive.ts';

/** Where loading puts what it finds: a file, then its fault. */
export interface FindingSink {
  readonly place: Place;
  add(fault: Fault, file: string, consumer?: string): void;
}

/** Reads the small files of a stream kept as files. Damage is in `findings`; throws SourceError only. */
export function loadFileStream(parts: FileStreamParts): StreamArchive {
  const entries = new Map(parts.entries.map((entry) => [entry.path, entry]));
  const encrypted = cipherOf(entries.get('meta.key'));
  const manifest = loadManifest(parts);
  const meta = encrypted === null ? loadMeta(entries.get('meta.inf')) : null;
  const name = meta?.value?.name ?? parts.folderName ?? nameOf(manifest?.value?.config ?? null);
  const place: Place = { ...(parts.account === null ? {} : { account: parts.account }), ...(name === '' ? {} : { stream: name }) };
  const findings: Finding[] = [];
  const sink = sinkFor(findings, place);
  for (const loaded of [manifest, meta]) if (loaded?.fault) sink.add(loaded.fault, loaded.file);
  if (encrypted === null) checkMeta(parts, entries, meta?.value ?? null, manifest?.value ?? null, sink);
  else sink.add({ code: 'ENC_KEY_REQUIRED', data: { cipher: encrypted } }, parts.label);
  const readable = encrypted === null;
  const blocks = loadBlocks(parts, sink, readable);
  const index = readable ? loadIndex(entries.get('msgs/index.db'), keyNameOf(parts, name), sink) : null;
  const byNumber = new Map(blocks.map((block) => [block.index, block.entry]));
  const lastBytes = (number: number): Uint8Array | null => {
    const entry = byNumber.get(number);
    return entry === undefined ? null : readLastBytes(entry);
  };
  return {
    parts,
    form: parts.form,
    account: parts.account,
    name,
    created: meta?.value?.created ?? null,
    config: meta?.value?.config ?? manifest?.value?.config ?? null,
    manifest: manifest?.value ?? null,
    encrypted,
    blocks,
    index,
    indexStanding: standingOf(index, [...byNumber.keys()], lastBytes),
    consumers: readable ? loadConsumers(parts, sink, name) : [],
    ttlWheel: readable ? loadSidecar(entries.get('msgs/thw.db'), parseTtlWheel, sink) : null,
    schedule: readable ? loadSidecar(entries.get('msgs/sched.db'), parseSchedule, sink) : null,
    place,
    findings: checkedSources(entries, sink, findings),
  };
}

export function sinkFor(findings: Finding[], place: Place): FindingSink {
  return {
    place,
    add: (fault, file, consumer) =>
      findings.push(makeFinding(fault, { ...place, ...(consumer === undefined ? {} : { consumer }), file })),
  };
}

/** The name records and sums are keyed with: the server takes that of the folder. */
export function keyNameOf(parts: StreamParts, name: string): string {
  return parts.form === 'store' ? (parts.folderName ?? name) : name;
}

export function nameOf(config: JsonObject | null): string {
  return typeof config?.['name'] === 'string' ? config['name'] : '';
}

interface Loaded<T> {
  readonly value: T | null;
  readonly fault: Fault | null;
  readonly file: string;
}

function loadWith<T>(entry: Entry, parse: (bytes: Uint8Array) => Result<T, Fault>, tooLarge: Fault): Loaded<T> {
  const bytes = readEntry(entry);
  if (bytes === null) return { value: null, fault: tooLarge, file: entry.label };
  const parsed = parse(bytes);
  return parsed.ok
    ? { value: parsed.value, fault: null, file: entry.label }
    : { value: null, fault: parsed.fault, file: entry.label };
}

export function loadManifest(parts: StreamParts): Loaded<Manifest> | null {
  return parts.manifest === null ? null : loadWith(parts.manifest, parseManifest, { code: 'MAN_CORRUPT' });
}

function loadMeta(entry: Entry | undefined): Loaded<StreamMeta> | null {
  return entry === undefined ? null : loadWith(entry, parseStreamMeta, { code: 'META_CORRUPT' });
}

function cipherOf(keyFile: Entry | undefined): 'chacha' | 'aes' | null {
  if (keyFile === undefined) return null;
  const bytes = readEntry(keyFile);
  return (bytes === null ? null : cipherOfKeyFile(bytes)) ?? 'chacha';
}

function checkMeta(
  parts: FileStreamParts,
  entries: ReadonlyMap<string, Entry>,
  meta: StreamMeta | null,
  manifest: Manifest | null,
  sink: FindingSink,
): void {
  const file = entries.get('meta.inf');
  const isBareBlock = parts.entries.every((entry) => entry.path.startsWith('msgs/')) && parts.form === 'store';
  if (file === undefined) {
    if (!isBareBlock) sink.add({ code: 'META_MISSING' }, parts.label);
    return;
  }
  const sum = entries.get('meta.sum');
  if (sum === undefined) return sink.add({ code: 'META_SUM_MISSING' }, parts.label);
  const bytes = readEntry(file) ?? new Uint8Array(0);
  const sumBytes = readEntry(sum) ?? new Uint8Array(0);
  const folder = parts.form === 'store' ? parts.folderName : null;
  const fits = meta !== null && metaSumFits(meta.name, bytes, sumBytes);
  if (meta !== null && folder !== null && folder !== meta.name)
    sink.add({ code: 'META_FOLDER_RENAMED', data: { folder, name: meta.name } }, file.label);
  if (meta !== null && !fits) sink.add({ code: 'META_SUM_MISMATCH' }, sum.label);
  const declaredName = nameOf(manifest?.config ?? null);
  if (meta !== null && declaredName !== '' && declaredName !== meta.name && parts.manifest !== null)
    sink.add({ code: 'MAN_NAME_MISMATCH', data: { manifest: declaredName, meta: meta.name } }, parts.manifest.label);
}

function loadIndex(entry: Entry | undefined, keyName: string, sink: FindingSink): StreamIndex | null {
  if (entry === undefined) return null;
  const bytes = readEntry(entry, 1024 * 1024 * 1024);
  if (bytes === null) return null;
  if (bytes.length >= 32 && !checkIndexSum(bytes, keyName)) {
    sink.add({ code: 'IDX_CHECKSUM_MISMATCH' }, entry.label);
    return null;
  }
  const parsed = parseIndex(bytes);
  if (parsed.ok) return parsed.value;
  sink.add(parsed.fault, entry.label);
  return null;
}

function loadSidecar<T>(
  entry: Entry | undefined,
  parse: (bytes: Uint8Array) => Result<T, Fault>,
  sink: FindingSink,
): T | null {
  if (entry === undefined) return null;
  const bytes = readEntry(entry, 1024 * 1024 * 1024);
  const parsed = bytes === null ? null : parse(bytes);
  if (parsed === null) return null;
  if (parsed.ok) return parsed.value;
  sink.add(parsed.fault, entry.label);
  return null;
}

/** sources.db is only checked: nothing else of a stream depends on it. */
function checkedSources(entries: ReadonlyMap<string, Entry>, sink: FindingSink, findings: Finding[]): Finding[] {
  loadSidecar(entries.get('sources.db'), parseSources, sink);
  return findings;
}
