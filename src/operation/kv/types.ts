/** One revision of a key in a KV bucket. */
export interface KvEntry {
  readonly account: string | null;
  readonly bucket: string;
  /** Bytes as they stand in the subject. */
  readonly key: Uint8Array;
  /** The sequence of its message. */
  readonly revision: bigint;
  readonly operation: 'PUT' | 'DEL' | 'PURGE';
  /** Empty where the key was deleted. */
  readonly value: Uint8Array;
  readonly timeNs: bigint;
}

/** Which revisions are wanted. */
export interface KvOptions {
  /** Every revision that the bucket still holds, not only the newest of each key. */
  readonly history?: boolean;
}
