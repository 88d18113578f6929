import type { JsonObject } from '../../core/json.ts';

/** A stream's meta.inf: when it was made, and its configuration. */
export interface StreamMeta {
  /** As it stands in the file: RFC 3339 with nanoseconds. */
  readonly created: string | null;
  readonly name: string;
  /** Every field but `Created`, in the file's order. */
  readonly config: JsonObject;
}
