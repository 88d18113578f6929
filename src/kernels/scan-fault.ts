/** One thing wrong in a block. `kind` says what the kernel saw; check/ gives it its finding code. */
export interface ScanFault {
  readonly kind: 'checksum' | 'length' | 'structure' | 'order' | 'tail';
  readonly offsetBytes: number;
  /** Bytes skipped: up to the next good record, or to the end of the block. */
  readonly lengthBytes: number;
  /** The sequence the record claims, where its header could be read. */
  readonly seq: bigint | null;
  /** For `structure`: which rule (`header-length`, `header-prefix`, `header-end`, `subject`); else empty. */
  readonly detail: string;
  /** Sequence of the last good message, erased or skip record before; 0n where there is none. */
  readonly seqBefore: bigint;
  /** Sequence of the next good record behind; 0n where the block ends. */
  readonly seqAfter: bigint;
}
