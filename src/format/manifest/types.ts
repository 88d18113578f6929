import type { JsonObject } from '../../core/json.ts';

/** The state that a backup declares: what the server answered when the snapshot began. */
export interface ManifestState {
  readonly messages: bigint;
  readonly bytes: bigint;
  readonly firstSeq: bigint;
  readonly firstTime: string | null;
  readonly lastSeq: bigint;
  readonly lastTime: string | null;
  readonly numSubjects: number | null;
  readonly numDeleted: bigint | null;
  readonly consumerCount: number;
  /** Messages that were lost before the state was written: pairs from, to. Servers leave it out; a repair tells it. */
  readonly lost?: BigUint64Array;
  /** How many messages were lost among these sequences, where that is fewer: of the others nothing tells that they were deleted. */
  readonly lostMessages?: bigint;
}

/** backup.json, as the `nats` CLI writes it. */
export interface Manifest {
  readonly config: JsonObject;
  readonly state: ManifestState | null;
  /** A value of its state, as JSON, that is no time though it should be one: the client refuses all of it. Absent: none. */
  readonly noTime?: string;
  /** Before the text stand the bytes EF BB BF, with which an editor marks UTF-8: no JSON to the CLI. */
  readonly hasByteOrderMark: boolean;
}
