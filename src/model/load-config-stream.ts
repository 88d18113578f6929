import type { ConfigOnlyParts } from '../container/entry.ts';
import { parseConfigBackup } from '../format/config-backup/parse.ts';
import { objectField, type JsonObject } from '../core/json.ts';
import type { Finding, Place } from '../findings/finding.ts';
import { baseArchive, nameOf } from './base-archive.ts';
import { sinkFor } from './finding-sink.ts';
import { loadManifest } from './load-file.ts';
import { readEntry } from './read-entry.ts';
import type { ConsumerArchive, StreamArchive } from './stream-archive.ts';

/** Reads a backup of which only the configuration is there (a folder of `nats backup`, or one whose data is missing). Throws SourceError only. */
export function loadConfigStream(parts: ConfigOnlyParts): StreamArchive {
  const manifest = loadManifest(parts);
  const findings: Finding[] = [];
  const account: Place = parts.account === null ? {} : { account: parts.account };
  const unnamed = sinkFor(findings, {
    ...account,
    ...(parts.folderName === null ? {} : { stream: parts.folderName }),
  });
  const read = (entry: ConfigOnlyParts['configEntry']): JsonObject | null => {
    const bytes = entry === null ? null : readEntry(entry);
    if (entry === null || bytes === null) return null;
    const parsed = parseConfigBackup(bytes);
    if (parsed.ok) return parsed.value.configuration;
    unnamed.add(parsed.fault, entry.label);
    return null;
  };
  const isMemoryStream = parts.findings.some((finding) => finding.code === 'MAN_MEMORY_STREAM');
  if (manifest?.fault && !isMemoryStream) unnamed.add(manifest.fault, manifest.file);
  const config = read(parts.configEntry) ?? manifest?.value?.config ?? null;
  const consumers = parts.consumerEntries.map((entry): ConsumerArchive => {
    const own = read(entry);
    const consumerConfig = own === null ? null : (objectField(own, 'config') ?? own);
    return { name: nameOf(own), label: entry.label, created: null, config: consumerConfig, state: null };
  });
  const name = nameOf(config) || (parts.folderName ?? '');
  return { ...baseArchive(parts, name, manifest?.value ?? null), config, consumers, findings };
}
