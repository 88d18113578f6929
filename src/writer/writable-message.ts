/** A message to be written; the bytes are copied. */
export interface WritableMessage {
  readonly seq: bigint;
  readonly timeNs: bigint;
  readonly subject: Uint8Array;
  /** The header block; null where there is none. */
  readonly header: Uint8Array | null;
  readonly data: Uint8Array;
}
