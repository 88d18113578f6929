import { integerField, type JsonObject } from '../core/json.ts';

/** How many replicas a stream's configuration wants. */
export function replicasOf(config: JsonObject): bigint {
  return integerField(config, 'num_replicas') ?? 1n;
}
