/** sched.db: when scheduled messages are due. Columns are parallel. */
export interface ScheduleFile {
  /** Last sequence + 1 when it was written. */
  readonly stamp: bigint;
  readonly seqs: BigUint64Array;
  readonly nextNs: BigInt64Array;
  readonly subjects: readonly Uint8Array[];
}
