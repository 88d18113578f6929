import type { FileStreamParts } from '../../../container/entry.ts';
import { objectField, textField, type JsonObject, type JsonValue } from '../../../core/json.ts';
import type { Fault } from '../../../findings/finding.ts';
import { hasMark } from '../../../findings/marks.ts';
import { consumerConfigFaults, streamConfigFaults } from '../../../format/config-schema/check.ts';
import { metaSumFits } from '../../../format/stream-meta/parse.ts';
import { replicasOf } from '../../../model/replicas.ts';
import { readEntry } from '../../../model/read-entry.ts';
import type { StreamArchive } from '../../../model/stream-archive.ts';
import { oncePer } from '../../../core/once-per.ts';
import { consumersAsServer } from './consumers-as-server.ts';
import type { NotServed } from '../rules/recovered.ts';
import type { ServerRules } from '../rules/server-rules.ts';

/** Why a starting server leaves a stream's folder alone; null where it opens it. */
export function refusedConfig(
  archive: StreamArchive,
  parts: FileStreamParts,
  rules: ServerRules,
  isStandalone: boolean,
): NotServed | null {
  const replicas = replicasOf(archive.config ?? {});
  const reason =
    unreadableMeta(archive) ??
    (isStandalone && replicas > 1n ? 'it has replicas, which only a cluster serves' : null) ??
    unsupported(archive, parts, rules);
  return reason === null ? null : { outcome: 'absent', reason };
}

const unreadableMeta = oncePer((archive: StreamArchive): string | null => {
  const { parts } = archive;
  const isSound = archive.config !== null && !hasMark(archive.findings, 'meta');
  if (!('entries' in parts) || isSound) return null;
  const entries = new Map(parts.entries.map((entry) => [entry.path, entry]));
  const [meta, sum] = [entries.get('meta.inf'), entries.get('meta.sum')];
  if (meta === undefined) return 'meta.inf is missing';
  if (sum === undefined) return 'meta.sum is missing';
  const bytes = readEntry(meta) ?? new Uint8Array(0);
  const folder = parts.folderName ?? archive.name;
  if (!metaSumFits(folder, bytes, readEntry(sum) ?? new Uint8Array(0))) return 'meta.sum does not fit';
  if (archive.config === null) return 'meta.inf cannot be read';
  const name = textField(archive.config, 'name') ?? '';
  return name === folder ? null : `the folder is ${folder}, the stream in it ${name}`;
});

function unsupported(archive: StreamArchive, parts: FileStreamParts, rules: ServerRules): string | null {
  const { config } = archive;
  if (config === null) return null;
  const unknown = unknownInStream(config, rules);
  if (unknown !== null) return unknown;
  for (const consumer of consumersAsServer(archive, parts, rules)) {
    if (consumer.config === null || !isReadableConfig(consumer.config, rules)) continue;
    const why = unknownOf(consumer.config, rules, unknownConsumerField);
    if (why !== null) return `consumer ${consumer.name}: ${why}`;
  }
  return null;
}

/** What of a stream's configuration a server does not know that insists on knowing all of it. */
function unknownInStream(config: JsonObject, rules: ServerRules): string | null {
  if (rules.forgotTemplates && config['template_owner'] !== undefined)
    return 'template_owner is an unknown field';
  if (rules.apiLevel !== null && rules.apiLevel < 4 && origins(config).some((origin) => 'consumer' in origin))
    return 'consumer is an unknown field of a source';
  return unknownOf(config, rules, unknownStreamField);
}

/** The streams that a stream is filled from. */
function origins(config: JsonObject): readonly JsonObject[] {
  const { mirror, sources } = config;
  return [mirror, ...(Array.isArray(sources) ? sources : [])].filter(isObject);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const unknownStreamField = oncePer((config: JsonObject) => unknownFieldIn(streamConfigFaults(config)));
const unknownConsumerField = oncePer((config: JsonObject) => unknownFieldIn(consumerConfigFaults(config)));

function unknownFieldIn(faults: readonly Fault[]): string | null {
  const unknown = faults.find((fault) => fault.code === 'CFG_UNKNOWN_FIELD');
  return unknown === undefined ? null : String(unknown.data?.['field']);
}

function unknownOf(
  config: JsonObject,
  rules: ServerRules,
  unknownField: (config: JsonObject) => string | null,
): string | null {
  if (rules.apiLevel === null) return null;
  const level = Number(textField(objectField(config, 'metadata') ?? {}, '_nats.req.level') ?? 0);
  if (level > rules.apiLevel) return `it needs API level ${level}`;
  const field = unknownField(config);
  return field === null ? null : `${field} is an unknown field`;
}

/** Whether a server can make sense of a consumer's configuration; one it cannot read is passed over. */
export function isReadableConfig(config: JsonObject, rules: ServerRules): boolean {
  const level = rules.apiLevel ?? 0;
  if (config['ack_policy'] === 'flow_control') return level >= 4;
  return config['priority_policy'] !== 'prioritized' || level === 0 || level >= 2;
}
