import { isJsonObject, objectField, textField, type JsonObject } from '../../core/json.ts';
import { isNotBefore, type ServerGeneration } from '../../core/server-generation.ts';

/** Fields that came after 2.9, by the generation that knows them first. */
const STREAM_FIELDS: Readonly<Record<string, ServerGeneration>> = {
  compression: '2.10',
  first_seq: '2.10',
  subject_transform: '2.10',
  consumer_limits: '2.10',
  metadata: '2.10',
  allow_msg_ttl: '2.11',
  subject_delete_marker_ttl: '2.11',
  allow_msg_counter: '2.12',
  allow_atomic: '2.12',
  allow_msg_schedules: '2.12',
  persist_mode: '2.12',
  allow_batched: '2.14',
};
const SOURCE_FIELDS: Readonly<Record<string, ServerGeneration>> = {
  subject_transforms: '2.10',
  consumer: '2.14',
};
const CONSUMER_FIELDS: Readonly<Record<string, ServerGeneration>> = {
  filter_subjects: '2.10',
  metadata: '2.10',
  pause_until: '2.11',
  priority_groups: '2.11',
  priority_policy: '2.11',
  priority_timeout: '2.11',
  sourcing: '2.14',
};
/** `_nats.req.level` that each generation serves; before 2.11 there is none. */
export const API_LEVELS: Readonly<Record<ServerGeneration, number>> = {
  '2.9': 0,
  '2.10': 0,
  '2.11': 1,
  '2.12': 3,
  '2.14': 4,
  '2.15': 5,
};

/** Fields of a stream's configuration that servers of this generation do not know, as far as they are in use. */
export function unknownStreamFields(config: JsonObject, server: ServerGeneration): string[] {
  return [
    ...newerStreamFields(config, server),
    ...(isNotBefore(server, '2.14') && isUsed(config['template_owner']) ? ['template_owner'] : []),
    ...tooHighLevel(config, server),
  ];
}

/** The same, without what newer servers have forgotten, and whatever level of the API it asks for. */
export function newerStreamFields(config: JsonObject, server: ServerGeneration): string[] {
  const mirror = objectField(config, 'mirror');
  const sources = Array.isArray(config['sources']) ? config['sources'].filter(isJsonObject) : [];
  return [
    ...newerFields(config, STREAM_FIELDS, server),
    ...(mirror === null ? [] : newerFields(mirror, SOURCE_FIELDS, server).map((field) => `mirror.${field}`)),
    ...sources.flatMap((source, i) =>
      newerFields(source, SOURCE_FIELDS, server).map((field) => `sources.${i}.${field}`),
    ),
  ];
}

/** The same for a consumer's. */
export function unknownConsumerFields(config: JsonObject, server: ServerGeneration): string[] {
  const isFlowControl = config['ack_policy'] === 'flow_control' && !isNotBefore(server, '2.14');
  // 2.11 knows the field, not this value of it, and leaves such a consumer out.
  const isPrioritized = config['priority_policy'] === 'prioritized' && server === '2.11';
  return [
    ...newerFields(config, CONSUMER_FIELDS, server),
    ...(isFlowControl ? ['ack_policy'] : []),
    ...(isPrioritized ? ['priority_policy'] : []),
    ...tooHighLevel(config, server),
  ];
}

function newerFields(
  object: JsonObject,
  since: Readonly<Record<string, ServerGeneration>>,
  server: ServerGeneration,
): string[] {
  return Object.entries(object)
    .filter(([field, value]) => isUsed(value) && !isNotBefore(server, since[field] ?? '2.9'))
    .map(([field]) => field);
}

/** A zero value asks for nothing, and neither does metadata of the server's own. */
function isUsed(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === '') return false;
  if (value === 'none' || value === 'default') return false;
  if (Array.isArray(value)) return value.length > 0;
  return !isJsonObject(value) || Object.keys(value).some((key) => !key.startsWith('_nats.'));
}

function tooHighLevel(config: JsonObject, server: ServerGeneration): string[] {
  if (!isNotBefore(server, '2.11')) return [];
  const level = Number(textField(objectField(config, 'metadata') ?? {}, '_nats.req.level') ?? 0);
  return level > API_LEVELS[server] ? ['metadata._nats.req.level'] : [];
}
