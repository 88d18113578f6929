import { integerField, type JsonObject } from '../core/json.ts';

/**
 * How many messages or bytes a stream keeps, the oldest going first; null where nothing goes for it. A stream that refuses new ones
 * instead keeps what it has: servers since 2.10 remove nothing from it.
 */
export function removalLimit(config: JsonObject, field: 'max_msgs' | 'max_bytes'): bigint | null {
  const most = config['discard'] === 'new' ? null : integerField(config, field);
  return most === null || most <= 0n ? null : most;
}

/** How many messages of each subject it keeps, also where it refuses new ones; null: all. */
export function limitPerSubject(config: JsonObject): bigint | null {
  const most = integerField(config, 'max_msgs_per_subject');
  return most === null || most <= 0n ? null : most;
}
