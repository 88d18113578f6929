import type { JsonObject } from '../../core/json.ts';

/** A consumer's meta.inf. */
export interface ConsumerMeta {
  readonly created: string | null;
  /** `durable_name`, else `name`, else the outer `Name` of old servers. */
  readonly name: string;
  /** Every field but `Created` and the outer `Name`. */
  readonly config: JsonObject;
}
