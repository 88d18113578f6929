import type { MessageCursor, MessageRun, RunMessage } from './message-run.ts';

/** One copy of a message, and where it is from. */
export interface MessageCopy {
  readonly source: number;
  readonly message: RunMessage;
}

interface Head {
  readonly run: MessageRun;
  readonly cursor: MessageCursor;
  message: RunMessage;
}

/** Walks runs side by side: sequences rise, and all copies of one come together, in order of their source. */
export class RunMerge {
  /** The run that begins next is the last. */
  readonly #waiting: MessageRun[];
  /** A binary heap: the lowest sequence, of the first source, on top. */
  readonly #heads: Head[] = [];
  #given: Head[] = [];

  constructor(runs: readonly MessageRun[]) {
    this.#waiting = runs.toSorted((a, b) => (a.firstSeq < b.firstSeq ? 1 : a.firstSeq > b.firstSeq ? -1 : 0));
  }

  /** Every copy of the next sequence; their bytes hold until the next call. null at the end. */
  next(): readonly MessageCopy[] | null {
    const [only] = this.#given;
    if (only !== undefined && this.#given.length === 1 && this.#heads.length === 0) {
      const message = this.#alone(only);
      if (message !== null) return [{ source: only.run.source, message }];
    }
    for (const head of this.#given) this.#advance(head);
    this.#given = [];
    this.#openUpTo();
    const seq = this.#heads[0]?.message.seq;
    if (seq === undefined) return null;
    while (this.#heads[0]?.message.seq === seq) {
      const head = this.#pop();
      if (head !== undefined) this.#given.push(head);
    }
    return this.#given.map(({ run, message }) => ({ source: run.source, message }));
  }

  /** The usual case: one run is read, and no other begins before its next message. */
  #alone(head: Head): RunMessage | null {
    const waiting = this.#waiting.at(-1);
    if (waiting !== undefined && waiting.firstSeq <= head.message.seq + 1n) return null;
    const message = head.cursor.next();
    if (message === null) {
      head.cursor.close();
      this.#given = [];
      return null;
    }
    head.message = message;
    if (waiting === undefined || waiting.firstSeq > message.seq) return message;
    this.#given = [];
    this.#push(head);
    return null;
  }

  close(): void {
    for (const { cursor } of [...this.#heads, ...this.#given]) cursor.close();
    this.#heads.length = 0;
    this.#given = [];
  }

  #openUpTo(): void {
    for (let run = this.#waiting.at(-1); run !== undefined; run = this.#waiting.at(-1)) {
      const lowest = this.#heads[0]?.message.seq;
      if (lowest !== undefined && run.firstSeq > lowest) return;
      this.#waiting.pop();
      const cursor = run.open();
      const message = cursor.next();
      if (message === null) cursor.close();
      else this.#push({ run, cursor, message });
    }
  }

  #advance(head: Head): void {
    const message = head.cursor.next();
    if (message === null) return head.cursor.close();
    head.message = message;
    this.#push(head);
  }

  #push(head: Head): void {
    const heads = this.#heads;
    let at = heads.push(head) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heads[parent];
      if (above === undefined || !isBefore(head, above)) break;
      heads[at] = above;
      at = parent;
    }
    heads[at] = head;
  }

  #pop(): Head | undefined {
    const heads = this.#heads;
    const [top, last] = [heads[0], heads.pop()];
    if (last === undefined || heads.length === 0) return top;
    let at = 0;
    for (let child = 1; child < heads.length; child = 2 * at + 1) {
      const [left, right] = [heads[child], heads[child + 1]];
      const isRight = left !== undefined && right !== undefined && isBefore(right, left);
      const lower = isRight ? right : left;
      if (lower === undefined || !isBefore(lower, last)) break;
      heads[at] = lower;
      at = isRight ? child + 1 : child;
    }
    heads[at] = last;
    return top;
  }
}

function isBefore(a: Head, b: Head): boolean {
  if (a.message.seq !== b.message.seq) return a.message.seq < b.message.seq;
  return a.run.source < b.run.source;
}
