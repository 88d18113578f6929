import { formatDurationNs } from '../../core/time.ts';
import type { JsonObject } from '../../core/json.ts';
import { clip } from '../escape.ts';
import { bytesText, countText } from '../units.ts';

type Show = (value: unknown) => string;

const text: Show = (value) => clip(String(value), 72);
const list: Show = (value) => clip(Array.isArray(value) ? value.join(', ') : String(value), 72);
const limit: Show = (value) => (Number(value) < 0 ? 'unlimited' : countText(Number(value)));
const bytes: Show = (value) => (Number(value) < 0 ? 'unlimited' : bytesText(Number(value)));
const age: Show = (value) => (Number(value) <= 0 ? 'unlimited' : formatDurationNs(BigInt(String(value))));
const named: Show = (value) => clip(sourceNames(value), 72);

/** Fields in the order of `nats stream info`, with its labels. */
const FIELDS: readonly (readonly [string, string, Show])[] = [
  ['description', 'Description', text],
  ['subjects', 'Subjects', list],
  ['retention', 'Retention', text],
  ['storage', 'Storage', text],
  ['compression', 'Compression', text],
  ['num_replicas', 'Replicas', text],
  ['discard', 'Discard Policy', text],
  ['max_msgs', 'Maximum Messages', limit],
  ['max_msgs_per_subject', 'Maximum Per Subject', limit],
  ['max_bytes', 'Maximum Bytes', bytes],
  ['max_age', 'Maximum Age', age],
  ['max_msg_size', 'Maximum Message Size', bytes],
  ['max_consumers', 'Maximum Consumers', limit],
  ['duplicate_window', 'Duplicate Window', age],
  ['mirror', 'Mirror', named],
  ['sources', 'Sources', named],
  ['republish', 'Republishing', (value) => clip(JSON.stringify(value), 72)],
  ['subject_transform', 'Subject Transform', (value) => clip(JSON.stringify(value), 72)],
  ['template_owner', 'Template', text],
];

const FLAGS: readonly (readonly [string, string])[] = [
  ['sealed', 'sealed'],
  ['deny_delete', 'deny delete'],
  ['deny_purge', 'deny purge'],
  ['allow_rollup_hdrs', 'rollups'],
  ['allow_direct', 'direct get'],
  ['no_ack', 'no acks'],
  ['allow_msg_ttl', 'message TTLs'],
  ['allow_msg_counter', 'counters'],
  ['allow_msg_schedules', 'schedules'],
  ['allow_atomic', 'atomic batches'],
  ['allow_batched', 'fast batches'],
];

/** The configuration as label and value, unset fields left out. */
export function configurationPairs(config: JsonObject): (readonly [string, string])[] {
  const pairs = FIELDS.filter(([field]) => isSet(config[field])).map(
    ([field, label, show]) => [label, show(config[field])] as const,
  );
  const flags = FLAGS.filter(([field]) => config[field] === true).map(([, label]) => label);
  return flags.length === 0 ? pairs : [...pairs, ['Options', flags.join(', ')]];
}

function isSet(value: unknown): boolean {
  return (
    value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)
  );
}

function sourceNames(value: unknown): string {
  const sources: unknown[] = Array.isArray(value) ? value : [value];
  return sources
    .map((source) =>
      typeof source === 'object' && source !== null && 'name' in source ? String(source.name) : '?',
    )
    .join(', ');
}
