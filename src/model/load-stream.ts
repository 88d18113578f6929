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
import { readBriefly, readEntry, readLastBytes } from './read-entry.ts';
import type { BlockFile, StreamArchive } from './stream-archive.ts';

/** Where loading puts what it finds: a file, then its fault. */
export interface FindingSink {
  readonly place: Place;
  add(fault: Fault, file: string, consumer?: string): void;
}

/** Reads the small files of a stream kept as files. Damage is in `findings`; throws SourceError only. */
export function loadFileStream(parts: FileStreamParts): StreamArchive {
  const entries = new Map(parts.entries.map((entry) => [entry.path, entry]));
  const manifest = loadManifest(parts);
  const encrypted = cipherOf(entries.get('meta.key'));
  return encrypted === null ? loadClear(parts, entries, manifest) : loadEncrypted(parts, encrypted, manifest);
}

function loadClear(
  parts: FileStreamParts,
  entries: ReadonlyMap<string, Entry>,
  manifest: Loaded<Manifest> | null,
): StreamArchive {
  const loadedMeta = loadMeta(entries.get('meta.inf'));
  const meta = loadedMeta?.value ?? null;
  const isSumFitting = sumFits(entries, meta);
  const declaredName = nameOf(manifest?.value?.config ?? null);
  const ownName = meta === null ? declaredName : meta.name;
  const name = isSumFitting ? ownName : (parts.folderName ?? ownName);
  const place = placeOf(parts, name);
  const findings: Finding[] = [];
  const sink = sinkFor(findings, place);
  for (const loaded of [manifest, loadedMeta]) if (loaded?.fault) sink.add(loaded.fault, loaded.file);
  checkMeta(parts, entries, meta, isSumFitting, sink);
  checkNames(parts, meta, declaredName, sink);
  const blocks = loadBlocks(parts, sink, true);
  const index = loadIndex(entries.get('msgs/index.db'), name, sink);
  loadSidecar(entries.get('sources.db'), parseSources, sink);
  const base = baseArchive(parts, name, manifest?.value ?? null);
  return {
    ...base,
    ...(meta === null ? {} : { created: meta.created, config: meta.config }),
    blocks,
    index,
    indexStanding: standingOf(
      index,
      blocks.map((block) => block.index),
      (number) => lastBytesOf(blocks, number),
    ),
    consumers: loadConsumers(parts, sink, name),
    ttlWheel: loadSidecar(entries.get('msgs/thw.db'), parseTtlWheel, sink),
    schedule: loadSidecar(entries.get('msgs/sched.db'), parseSchedule, sink),
    findings,
  };
}

/** Of an encrypted stream only names and sizes can be told. */
function loadEncrypted(
  parts: FileStreamParts,
  encrypted: 'chacha' | 'aes',
  manifest: Loaded<Manifest> | null,
): StreamArchive {
  const name = parts.folderName ?? nameOf(manifest?.value?.config ?? null);
  const findings: Finding[] = [];
  const sink = sinkFor(findings, placeOf(parts, name));
  sink.add({ code: 'ENC_KEY_REQUIRED', data: { cipher: encrypted } }, parts.label);
  return {
    ...baseArchive(parts, name, manifest?.value ?? null),
    encrypted,
    blocks: loadBlocks(parts, sink, false),
    findings,
  };
}

/** A stream of which nothing has been read yet. */
export function baseArchive(parts: StreamParts, name: string, manifest: Manifest | null): StreamArchive {
  return {
    parts,
    form: parts.form,
    account: parts.account,
    name,
    created: null,
    config: manifest?.config ?? null,
    manifest,
    encrypted: null,
    blocks: [],
    index: null,
    indexStanding: 'none',
    consumers: [],
    ttlWheel: null,
    schedule: null,
    place: placeOf(parts, name),
    findings: [],
  };
}

function placeOf(parts: StreamParts, name: string): Place {
  return {
    ...(parts.account === null ? {} : { account: parts.account }),
    ...(name === '' ? {} : { stream: name }),
  };
}

function lastBytesOf(blocks: readonly BlockFile[], number: number): Uint8Array | null {
  const block = blocks.find((other) => other.index === number);
  return block === undefined ? null : readLastBytes(block.entry);
}

/** Takes faults and puts them in their place. */
export function sinkFor(findings: Finding[], place: Place): FindingSink {
  return {
    place,
    add: (fault, file, consumer) =>
      findings.push(makeFinding(fault, { ...place, ...(consumer === undefined ? {} : { consumer }), file })),
  };
}

/** The name in a configuration; empty where there is none. */
export function nameOf(config: JsonObject | null): string {
  return typeof config?.['name'] === 'string' ? config['name'] : '';
}

interface Loaded<T> {
  readonly value: T | null;
  readonly fault: Fault | null;
  readonly file: string;
}

function loadWith<T>(
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

/** Reads backup.json; null where the form has none. Throws SourceError. */
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

function sumFits(entries: ReadonlyMap<string, Entry>, meta: StreamMeta | null): boolean {
  const [file, sum] = [entries.get('meta.inf'), entries.get('meta.sum')];
  if (meta === null || file === undefined || sum === undefined) return false;
  return metaSumFits(meta.name, readEntry(file) ?? new Uint8Array(0), readEntry(sum) ?? new Uint8Array(0));
}

function checkMeta(
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
    if (!isBareBlock) sink.add({ code: 'META_MISSING' }, parts.label);
  } else if (sum === undefined) sink.add({ code: 'META_SUM_MISSING' }, parts.label);
  else if (meta !== null && !isSumFitting) sink.add({ code: 'META_SUM_MISMATCH' }, sum.label);
}

/** The folder, meta.inf and backup.json must name the same stream. */
function checkNames(
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

const NO_BYTES = new Uint8Array(0);

function loadIndex(entry: Entry | undefined, keyName: string, sink: FindingSink): StreamIndex | null {
  if (entry === undefined) return null;
  const bytes = readBriefly(entry, 1024 * 1024 * 1024);
  if (bytes === null) return null;
  if (bytes.length >= 32 && !checkIndexSum(bytes, keyName)) {
    sink.add({ code: 'IDX_CHECKSUM_MISMATCH' }, entry.label);
    return null;
  }
  const parsed = parseIndex(bytes, () => readEntry(entry, 1024 * 1024 * 1024) ?? NO_BYTES);
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
