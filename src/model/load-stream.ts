import type { Entry, FileStreamParts } from '../container/entry.ts';
import type { Finding } from '../findings/finding.ts';
import { cipherOfKeyFile } from '../format/key-file/parse.ts';
import type { Manifest } from '../format/manifest/types.ts';
import { parseSchedule } from '../format/schedule/parse.ts';
import { parseSources } from '../format/sources/parse.ts';
import { parseTtlWheel } from '../format/ttl-wheel/parse.ts';
import { baseArchive, nameOf, placeOf } from './base-archive.ts';
import { sinkFor } from './finding-sink.ts';
import { standingOf } from './index-standing.ts';
import { loadBlocks, loadStrayIndexes } from './load-blocks.ts';
import { loadConsumers } from './load-consumers.ts';
import { loadManifest, type Loaded } from './load-file.ts';
import { loadIndex, loadSidecar } from './load-indexes.ts';
import { checkMeta, checkNames, loadMeta } from './load-meta.ts';
import { readEntry, readLastBytes } from './read-entry.ts';
import type { BlockFile, StreamArchive } from './stream-archive.ts';

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
  const loadedMeta = loadMeta(entries);
  const meta = loadedMeta?.value ?? null;
  const isSumFitting = loadedMeta?.isSumFitting ?? false;
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
  const base = baseArchive(parts, name, manifest?.value ?? null);
  return {
    ...base,
    ...(meta === null ? {} : { created: meta.created, config: meta.config }),
    blocks,
    strayIndexes: loadStrayIndexes(parts, sink),
    index,
    indexStanding: standingOf(
      index,
      blocks.map((block) => block.index),
      (number) => lastBytesOf(blocks, number),
    ),
    consumers: loadConsumers(parts, sink, name),
    ttlWheel: loadSidecar(entries.get('msgs/thw.db'), parseTtlWheel, sink),
    schedule: loadSidecar(entries.get('msgs/sched.db'), parseSchedule, sink),
    sources: loadSidecar(entries.get('sources.db'), parseSources, sink),
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

function cipherOf(keyFile: Entry | undefined): 'chacha' | 'aes' | null {
  if (keyFile === undefined) return null;
  const bytes = readEntry(keyFile);
  return (bytes === null ? null : cipherOfKeyFile(bytes)) ?? 'chacha';
}

function lastBytesOf(blocks: readonly BlockFile[], number: number): Uint8Array | null {
  const block = blocks.find((other) => other.index === number);
  return block === undefined ? null : readLastBytes(block.entry);
}
