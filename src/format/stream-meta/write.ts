import { keyedSumHex } from '../../codec/highwayhash.ts';
import { stringifyJson, type JsonObject } from '../../core/json.ts';

const encoder = new TextEncoder();

/** Writes meta.inf of a stream. Without `created` the server takes the time of loading. */
export function writeStreamMeta(created: string | null, config: JsonObject): Uint8Array {
  return encoder.encode(stringifyJson({ ...(created === null ? {} : { Created: created }), ...config }));
}

/** `meta.sum` beside a meta.inf: of a stream `keyString` is its name, of a consumer `STREAM/CONSUMER`. */
export function writeMetaSum(keyString: string, metaBytes: Uint8Array): Uint8Array {
  return encoder.encode(keyedSumHex(keyString, metaBytes));
}
