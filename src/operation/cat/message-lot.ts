import type { StoredMessage } from '../content/message-walk.ts';

/** A lot is given out after about this many messages, or bytes of them, were looked at. */
const LOT_MESSAGES = 1024;
const LOT_BYTES = 1024 * 1024;
/** A lot has few wanted messages, or as many as it may. */
const LEAST_ROOM_BYTES = 4096;

/** Messages that are given out together, with bytes of their own: those of the reading hold until it goes on. */
export class MessageLot {
  readonly messages: StoredMessage[] = [];
  #seenMessages = 0;
  #seenBytes = 0;
  /** One memory for each part of a message is more than all else to tidy up. */
  #room = new Uint8Array(0);
  #usedBytes = 0;

  /** Whether enough was looked at. */
  get isDone(): boolean {
    return this.#seenBytes >= LOT_BYTES || this.#seenMessages >= LOT_MESSAGES;
  }

  /** A message was looked at. */
  see({ data }: StoredMessage): void {
    this.#seenMessages++;
    this.#seenBytes += data.length;
  }

  add(message: StoredMessage): void {
    const { account, stream, subject, seq, header, data, timeNs } = message;
    this.messages.push({
      account,
      stream,
      subject: this.#own(subject),
      seq,
      header: header === null ? null : this.#own(header),
      data: this.#own(data),
      timeNs,
    });
  }

  #own(part: Uint8Array): Uint8Array {
    if (this.#usedBytes + part.length > this.#room.length) {
      const moreBytes = Math.min(LOT_BYTES, 4 * this.#room.length);
      this.#room = new Uint8Array(Math.max(LEAST_ROOM_BYTES, moreBytes, part.length));
      this.#usedBytes = 0;
    }
    const own = this.#room.subarray(this.#usedBytes, this.#usedBytes + part.length);
    own.set(part);
    this.#usedBytes += part.length;
    return own;
  }
}
