import type { FileStreamParts } from '../../container/entry.ts';
import { integerField, objectField, textField } from '../../core/json.ts';
import { metaSumFits } from '../../format/stream-meta/parse.ts';
import { readEntry } from '../../model/read-entry.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { NotServed } from './recovered.ts';
import type { ServerRules } from './server-rules.ts';

/** Why a starting server leaves a stream's folder alone; null where it opens it. */
export function refusedConfig(
  archive: StreamArchive,
  parts: FileStreamParts,
  rules: ServerRules,
): NotServed | null {
  const reason = unreadableMeta(archive, parts) ?? unsupported(archive, rules);
  return reason === null ? null : { outcome: 'absent', reason };
}

function unreadableMeta(archive: StreamArchive, parts: FileStreamParts): string | null {
  const entries = new Map(parts.entries.map((entry) => [entry.path, entry]));
  const [meta, sum] = [entries.get('meta.inf'), entries.get('meta.sum')];
  if (meta === undefined) return 'meta.inf is missing';
  if (sum === undefined) return 'meta.sum is missing';
  const bytes = readEntry(meta) ?? new Uint8Array(0);
  const folder = parts.folderName ?? archive.name;
  if (!metaSumFits(folder, bytes, readEntry(sum) ?? new Uint8Array(0))) return 'meta.sum does not fit';
  if (archive.config === null || archive.created === null) return 'meta.inf cannot be read';
  const name = textField(archive.config, 'name') ?? '';
  return name === folder ? null : `the folder is ${folder}, the stream in it ${name}`;
}

function unsupported(archive: StreamArchive, rules: ServerRules): string | null {
  const { config } = archive;
  if (config === null) return null;
  const level = Number(textField(objectField(config, 'metadata') ?? {}, '_nats.req.level') ?? 0);
  if (rules.apiLevel !== null && level > rules.apiLevel) return `it needs API level ${level}`;
  if ((integerField(config, 'num_replicas') ?? 1n) > 1n) return null;
  return null;
}
