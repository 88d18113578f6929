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

/** Whether a message is to be given out. Its bytes hold during the call only. */
export type WantsMessage = (message: StoredMessage) => boolean;

/** Called now and then with the messages that were wanted since, also with none. */
export type GiveMessages = (lot: readonly StoredMessage[]) => Promise<void>;

/** One pass over the live messages of a stream, in sequence order. `isDone`: whether no more can be wanted, so that it may end. */
export type MessageWalk = (wants: WantsMessage, give: GiveMessages, isDone?: () => boolean) => Promise<void>;
