import type { JsonObject } from '../../core/json.ts';
import type { LossCode, NoteCode } from './loss-codes.ts';

/** What a repaired stream is written as: a V1 backup, or a folder of a server's store. */
export type RepairForm = 'backup' | 'store';

/** What of a stream is kept. */
export interface SalvageOptions {
  /** Takes the place of the stream's own configuration. */
  readonly config?: JsonObject;
  /** As what it will be written. */
  readonly to?: RepairForm;
  /** Which archive is believed where intact copies differ: its place, 0 for the one that is repaired. */
  readonly prefer?: number;
  /** Deleted messages too, where their bytes are still there. */
  readonly undelete?: boolean;
}

/** Something that was not copied as it was, in words. */
export interface RepairNote {
  readonly code: NoteCode;
  readonly account: string | null;
  readonly stream: string;
  readonly consumer?: string;
  readonly text: string;
  /** Whether something is gone that the archive held once. */
  readonly loss: boolean;
}

/** Sequences that share a fate. */
export interface LostRange {
  readonly from: bigint;
  readonly to: bigint;
  /** `doubtful`: nothing tells whether they were deleted or lost. */
  readonly state: 'lost' | 'doubtful';
  readonly file: string | null;
  /** Where in it, bytes; decoded bytes of a compressed block or a snapshot's entry. */
  readonly offset: number | null;
  readonly length: number | null;
  readonly code: LossCode;
  readonly reason: string;
  /**
   * So many messages are missing among these sequences and those of all ranges with the same number; the others were deleted, and
   * nothing tells which. null where every sequence was a message.
   */
  readonly missing: bigint | null;
}

/** As many as there is damage: each is made when it is asked for, anew each time. */
export interface LostRangeList extends Iterable<LostRange> {
  readonly length: number;
}

/** Intact copies of one message that are not the same. */
export interface Disagreement {
  readonly seq: bigint;
  /** The source whose copy was written; null where none was. */
  readonly chosen: number | null;
  readonly copies: readonly {
    readonly source: number;
    readonly time: string;
    readonly subject: string;
    readonly header_bytes: number;
    readonly data_bytes: number;
    readonly sha256: string;
  }[];
}

/** What another archive had for a stream. */
export interface OtherUse {
  /** Its place among the sources of the report. */
  readonly source: number;
  /** Whether it holds the same stream; where it does not, nothing of it was used. */
  readonly used: boolean;
  /** What told: messages at the same sequence, the times that backup.json declares, when it was created, its subjects, its name, or that it has no data. */
  readonly by: 'messages' | 'declared' | 'created' | 'subjects' | 'name' | 'data';
  /** Messages at the same sequence in both that are the same, and that are not; of the first thousand. */
  readonly same: number;
  readonly differing: number;
  /** Messages that were taken from it, since no archive before it has them. */
  readonly recovered: bigint;
  readonly text: string;
}

/** What became of every sequence from `first_seq` to `last_seq`: recovered + lost + deleted make up the range. */
export interface StreamLoss {
  readonly account: string | null;
  readonly name: string;
  readonly first_seq: bigint;
  readonly last_seq: bigint;
  readonly recovered: bigint;
  readonly lost: bigint;
  readonly deleted: bigint;
  /** How many of `deleted` no record and no index speaks of. */
  readonly doubtful: bigint;
  /** So many messages more than all of these backup.json counts: nothing else speaks of them, nothing explains them. */
  readonly declared_more: bigint;
  readonly ranges: LostRangeList;
  readonly disagreements: readonly Disagreement[];
  /** Each archive of `from`, in their order: whether it was used. */
  readonly others: readonly OtherUse[];
}

/** A stretch of damage in one file, and which sequences may have been in it. */
export interface Damage {
  readonly file: string;
  readonly offsetBytes: number | null;
  readonly lengthBytes: number | null;
  readonly code: LossCode;
  /** What the code does not say, in words. */
  readonly detail?: string;
  /** The sequences that may have been there; none where `to` is below `from`. */
  readonly from: bigint;
  readonly to: bigint;
  /** Nothing tells which sequences were there, or how many. */
  readonly isOpen: boolean;
}
