import type { WritableMessage } from '../../writer/block-writer.ts';

/** A message as a run gives it; its bytes hold until the cursor's next step. */
export interface RunMessage extends WritableMessage {
  /** Bytes it takes in a block. */
  readonly storedBytes: number;
}

/** Gives the messages of a run, one by one. */
export interface MessageCursor {
  next(): RunMessage | null;
  close(): void;
}

/** Intact messages that lie one behind the other in rising sequence, with nothing damaged between them. */
export interface MessageRun {
  /** Which of the archives that are read, from 0 on. */
  readonly source: number;
  /** No message of the run is below. */
  readonly firstSeq: bigint;
  open(): MessageCursor;
}
