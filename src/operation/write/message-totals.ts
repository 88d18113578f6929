import type { WritableMessage } from '../../writer/writable-message.ts';
import { recordBytesOf } from '../../format/block/record.ts';

/** Distinct subjects that are counted; above, the number is unknown. */
const MOST_SUBJECTS = 250_000;

/** What messages add up to in a stream's state, given one after the other in rising sequence. */
export class MessageTotals {
  messages = 0;
  /** As the records of message blocks. */
  bytes = 0;
  first: { readonly seq: bigint; readonly timeNs: bigint } | null = null;
  last: { readonly seq: bigint; readonly timeNs: bigint } | null = null;
  #subjects: Set<string> | null = new Set();

  add({ seq, timeNs, subject, header, data }: WritableMessage): void {
    this.messages++;
    this.bytes += recordBytesOf(subject.length, header?.length ?? 0, data.length);
    this.last = { seq, timeNs };
    this.first ??= this.last;
    this.#subjects?.add(Buffer.from(subject).toString('latin1'));
    if ((this.#subjects?.size ?? 0) > MOST_SUBJECTS) this.#subjects = null;
  }

  /** null where there are too many to count. */
  get numSubjects(): number | null {
    return this.#subjects?.size ?? null;
  }
}
