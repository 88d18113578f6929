import type { Finding } from '../../findings/finding.ts';

/** A message as it is stored. */
export interface StoredMessage {
  readonly account: string | null;
  readonly stream: string;
  readonly subject: Uint8Array;
  readonly seq: bigint;
  /** The header block as stored, `NATS/1.0` line included; null where there is none. */
  readonly header: Uint8Array | null;
  readonly data: Uint8Array;
  readonly timeNs: bigint;
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
  /** How many messages at most. */
  readonly limit?: number;
}

export interface CatResult {
  /** How many messages were given out. */
  readonly messages: number;
  /** What was damaged or missing among what was selected. */
  readonly findings: readonly Finding[];
}
