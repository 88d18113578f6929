import type { WritableMessage } from '../../writer/writable-message.ts';
import type { StateNumbers } from '../../model/stream-state.ts';
import type { BeyondLimits } from '../content/beyond-limits.ts';
import { recordBytesOf } from '../../format/block/record.ts';

/** Distinct subjects that are counted; above, the number is unknown. */
const MOST_SUBJECTS = 250_000;

/** The state of a stream as it was written. */
export interface WrittenNumbers extends StateNumbers {
  /** What its configuration's limits do not allow. */
  readonly beyondLimits: BeyondLimits;
}

/** What messages add up to in a stream's state, given one after the other in rising sequence. */
export class MessageTotals {
  messages = 0;
  /** As the records of message blocks. */
  bytes = 0;
  first: { readonly seq: bigint; readonly timeNs: bigint } | null = null;
  last: { readonly seq: bigint; readonly timeNs: bigint } | null = null;
  #subjects: Map<string, number> | null = new Map();

  add({ seq, timeNs, subject, header, data }: WritableMessage): void {
    this.messages++;
    this.bytes += recordBytesOf(subject.length, header?.length ?? 0, data.length);
    this.last = { seq, timeNs };
    this.first ??= this.last;
    const text = Buffer.from(subject).toString('latin1');
    this.#subjects?.set(text, (this.#subjects.get(text) ?? 0) + 1);
    if ((this.#subjects?.size ?? 0) > MOST_SUBJECTS) this.#subjects = null;
  }

  /** null where there are too many to count. */
  get numSubjects(): number | null {
    return this.#subjects?.size ?? null;
  }

  /** How many messages each subject has; none where there are too many to count. */
  *subjects(): Generator<{ readonly messages: bigint }> {
    for (const messages of this.#subjects?.values() ?? []) yield { messages: BigInt(messages) };
  }
}
