/** A header that a message must carry. Names are case-sensitive, as they are for servers and clients. */
export interface HeaderCondition {
  readonly name: string;
  /** One of the values under that name must be this one; null = any. */
  readonly value: string | null;
}

/** Which messages: every condition given must hold. */
export interface MessageFilter {
  /** NATS subject patterns; one must fit. */
  readonly subjects?: readonly string[];
  readonly minSeq?: bigint;
  readonly maxSeq?: bigint;
  /** ns since 1970, both ends included. */
  readonly afterNs?: bigint;
  readonly beforeNs?: bigint;
  readonly headers?: readonly HeaderCondition[];
  /** Must be found in the payload, which is read as UTF-8; bytes that are none stand as U+FFFD. */
  readonly grep?: RegExp;
  /** Of the messages of each subject that fit all of the above, the newest so many. */
  readonly lastPerSubject?: number;
  /** How many messages at most, the oldest of those that fit. */
  readonly limit?: number;
}

/** What a filter looks at in a message. */
export interface FilteredMessage {
  readonly seq: bigint;
  readonly timeNs: bigint;
  readonly subject: Uint8Array;
  /** The header block as stored; null where there is none. */
  readonly header: Uint8Array | null;
  readonly data: Uint8Array;
}

/** A filter that neither headers nor payloads, nor other messages, have a say in; sequences apart. */
export interface RecordFilter {
  /** ns since 1970, both ends included. */
  readonly afterNs: bigint;
  readonly beforeNs: bigint;
  /** Bytes of subject patterns, one of which must fit; none: any subject does. */
  readonly patterns: readonly Uint8Array[];
}
