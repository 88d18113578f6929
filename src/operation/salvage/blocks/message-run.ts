import type { WritableMessage } from '../../../writer/writable-message.ts';

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

/** Whether two copies of a message say the same. */
export function isSameMessage(a: RunMessage, b: RunMessage): boolean {
  return (
    a.timeNs === b.timeNs &&
    Buffer.compare(a.subject, b.subject) === 0 &&
    Buffer.compare(a.header ?? NO_BYTES, b.header ?? NO_BYTES) === 0 &&
    Buffer.compare(a.data, b.data) === 0
  );
}

export const NO_BYTES: Uint8Array = new Uint8Array(0);
