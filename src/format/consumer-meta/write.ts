import { stringifyJson, type JsonObject } from '../../core/json.ts';

/** Writes meta.inf of a consumer; `Name` is the folder's. */
export function writeConsumerMeta(created: string | null, name: string, config: JsonObject): Uint8Array {
  const meta = { ...(created === null ? {} : { Created: created }), Name: name, ...config };
  return new TextEncoder().encode(stringifyJson(meta));
}
