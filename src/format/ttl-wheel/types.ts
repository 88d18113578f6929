/** thw.db: when messages with a TTL expire. Columns are parallel, in any order. */
export interface TtlWheel {
  /** Last sequence + 1 when it was written. */
  readonly stamp: bigint;
  readonly seqs: BigUint64Array;
  readonly expiresNs: BigInt64Array;
}
