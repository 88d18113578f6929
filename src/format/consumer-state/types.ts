/** A place in a consumer's own count and in its stream. */
export interface SequencePosition {
  readonly consumerSeq: bigint;
  readonly streamSeq: bigint;
}

/** What a consumer remembers: `o.dat`, or the state in a V2 archive. Columns are parallel. */
export interface ConsumerState {
  readonly ackFloor: SequencePosition;
  readonly delivered: SequencePosition;
  /** Delivered and not acknowledged. Times are whole seconds since 1970; the file keeps no more. */
  readonly pending: {
    readonly streamSeqs: BigUint64Array;
    readonly consumerSeqs: BigUint64Array;
    readonly deliveredTimesSec: BigInt64Array;
  };
  /** Delivered more than once; `counts` = deliveries - 1. */
  readonly redelivered: {
    readonly streamSeqs: BigUint64Array;
    readonly counts: BigUint64Array;
  };
}
