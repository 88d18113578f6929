import { integerField, textField, type JsonObject } from '../../core/json.ts';

/** Fields of a consumer's configuration that say where it begins. */
const START_FIELDS: ReadonlySet<string> = new Set(['deliver_policy', 'opt_start_seq', 'opt_start_time']);

/** Which of the optional fields each policy needs; it takes no other. */
const NEEDED: Readonly<Record<string, string>> = {
  by_start_sequence: 'opt_start_seq',
  by_start_time: 'opt_start_time',
};

/** Why no server takes what a consumer's configuration says of its beginning (checkConsumerCfg); null where it does. */
export function startConflict(config: JsonObject): string | null {
  const policy = textField(config, 'deliver_policy') ?? 'all';
  const needed = NEEDED[policy];
  const given = [
    ...((integerField(config, 'opt_start_seq') ?? 0n) > 0n ? ['opt_start_seq'] : []),
    ...((config['opt_start_time'] ?? null) === null ? [] : ['opt_start_time']),
  ];
  if (needed !== undefined && !given.includes(needed)) return `it delivers ${policy}, and has no ${needed}`;
  const other = given.find((field) => field !== needed);
  if (other !== undefined) return `it delivers ${policy}, and has ${other}`;
  return policy === 'last_per_subject' && !hasFilter(config)
    ? `it delivers ${policy}, and has no filter`
    : null;
}

/** The configuration of a consumer that begins where one does by default. */
export function withoutStart(config: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(config).filter(([field]) => !START_FIELDS.has(field)));
}

function hasFilter(config: JsonObject): boolean {
  const { filter_subject: one, filter_subjects: many } = config;
  return (one ?? '') !== '' || (Array.isArray(many) && many.length > 0);
}
