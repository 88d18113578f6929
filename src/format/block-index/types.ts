/** `N.idx` of servers up to 2.9: what a block holds and which of its messages are deleted. */
export interface BlockIndex {
  readonly messages: bigint;
  readonly bytes: bigint;
  readonly firstSeq: bigint;
  readonly firstTimeNs: bigint;
  readonly lastSeq: bigint;
  readonly lastTimeNs: bigint;
  /** Pairs from, to. */
  readonly deleted: BigUint64Array;
  /** The last 8 bytes of the block when this was written. */
  readonly lastChecksum: Uint8Array;
}
