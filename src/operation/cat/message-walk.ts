import type { StoredMessage } from './types.ts';

/** Whether a message is to be given out. Its bytes hold during the call only. */
export type WantsMessage = (message: StoredMessage) => boolean;

/** Called now and then with the messages that were wanted since, also with none. */
export type GiveMessages = (lot: readonly StoredMessage[]) => Promise<void>;

/** One pass over the live messages of a stream, in sequence order. `isDone`: whether no more can be wanted, so that it may end. */
export type MessageWalk = (wants: WantsMessage, give: GiveMessages, isDone?: () => boolean) => Promise<void>;
