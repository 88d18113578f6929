import type { SequenceParts } from '../../../core/sequence-parts.ts';
import type { SalvagedStream } from '../stream/salvaged-stream.ts';
import type { Survey } from '../survey/survey.ts';

/** What is known of a stream before the losses are counted. */
export interface Outcome {
  readonly sources: readonly SalvagedStream[];
  readonly survey: Pick<Survey, 'recovered' | 'disagreements' | 'undecided' | 'helped'>;
  /** Proven deleted, and not written. */
  readonly deleted: SequenceParts;
  readonly name: string;
  readonly lastSeq: bigint;
  /** A backup.json that knows of messages behind all that was found: its last sequence, else 0n. */
  readonly declaredLastSeq: bigint;
  /** What the repaired archive says that it held, and up to which sequence; null where it says nothing. */
  readonly counted: { readonly messages: bigint; readonly firstSeq: bigint; readonly lastSeq: bigint } | null;
}
