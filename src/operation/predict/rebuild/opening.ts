import type { JsonObject } from '../../../core/json.ts';
import type { BlockReading } from '../files/read-blocks.ts';
import type { RecordQueries } from '../records/record-queries.ts';
import type { ServerRules } from '../rules/server-rules.ts';

/** The files of a stream before a server of one generation, and the time by its clock. */
export interface GivenStream {
  readonly queries: RecordQueries;
  /** Of all that may be a block; `openStream` leaves out what this server takes for none. */
  readonly readings: readonly BlockReading[];
  readonly rules: ServerRules;
  readonly atNs: bigint;
}

/** The same as it is opened. */
export interface Opening extends GivenStream {
  /** The configuration that the server is given. */
  readonly config: JsonObject;
  /** Not a restore. */
  readonly isStart: boolean;
}
