import type { Archive } from '../open/open-archive.ts';
import type { MessageSieve } from '../filter/message-sieve.ts';
import type { MessageWalk, StoredMessage, WantsMessage } from '../content/message-walk.ts';

/** Takes messages in lots; the walk waits until a lot is done with. */
export type EmitMessages = (messages: readonly StoredMessage[]) => Promise<void> | void;

/** A stream's archive, what chooses among its messages, and who takes them. */
interface Sifting {
  readonly work: Archive;
  readonly sieve: MessageSieve;
  readonly emit: EmitMessages;
}

/**
 * Gives out what of a walk passes the sieve. `breathe`: between lots. In the midst of a block nobody else may scan one, so that a
 * walk of blocks pauses between them itself.
 */
export async function sift(
  walk: MessageWalk,
  { work, sieve, emit }: Sifting,
  breathe: (signal: AbortSignal | undefined) => Promise<void> | void,
): Promise<void> {
  sieve.beginStream();
  const countOnly: WantsMessage = (message) => {
    sieve.count(message);
    return false;
  };
  if (sieve.countsFirst)
    await walk(countOnly, async () => {
      await breathe(work.signal);
    });
  await walk(
    (message) => sieve.passes(message),
    async (lot) => {
      await breathe(work.signal);
      if (lot.length > 0) await emit(lot);
    },
    () => sieve.isDone,
  );
}
