import type { Finding } from '../../findings/finding.ts';
import type { JsonValue } from '../../core/json.ts';
import type { LossFields, SourceReport, StreamState, ToolReport } from '../types.ts';

/** How the streams of A stand to those of B, and how much of a difference is told. */
export interface DiffOptions {
  /** What the one selected stream of A is called in B. */
  readonly as?: string;
  /** Rules FROM=TO that the subjects of A go through before they are compared; a bucket's follow from `as`. */
  readonly mapSubjects?: readonly string[];
  /** Totals only: changed messages are counted, not looked at. */
  readonly stat?: boolean;
  /** How many differing messages of each stream to show in full; default none. */
  readonly show?: number;
}

/** One value that differs; null where a side has none. `path` is dotted. */
export interface ValueChange {
  readonly path: string;
  readonly a: JsonValue;
  readonly b: JsonValue;
}

/** One consumer that is not the same in both. */
export interface ConsumerDiff {
  readonly name: string;
  readonly only_in: 'a' | 'b' | null;
  readonly changes: readonly ValueChange[];
}

/** A part of a message that may differ; sequences are what is compared by. */
export type MessageField = 'subject' | 'time' | 'header' | 'payload';

/** A sequence that both sides hold, with other content. */
export interface ChangedMessage {
  readonly seq: bigint;
  /** As A stores it. */
  readonly subject: string;
  readonly fields: readonly MessageField[];
}

/** A message as it is shown. */
export interface ShownMessage {
  readonly subject: string;
  /** RFC 3339 with nanoseconds. */
  readonly time: string;
  /** Base64, the first 512 bytes of each; no header is null. */
  readonly hdrs: string | null;
  readonly data: string;
  readonly header_bytes: number;
  readonly payload_bytes: number;
}

/** A message that differs, as each side holds it; null where it does not. */
export interface MessageExample {
  readonly seq: bigint;
  readonly a: ShownMessage | null;
  readonly b: ShownMessage | null;
}

/** Pairs from, to: both ends included, ascending. May be walked more than once. */
export type SequencePairs = Iterable<readonly [bigint, bigint]>;

/** Sequences by which side has them. Times, headers and payloads are compared by fingerprint. */
export interface MessagesDiff {
  readonly only_a: SequencePairs;
  readonly only_b: SequencePairs;
  /** At most `MOST_CHANGED_LISTED`, the lowest sequences; none with `stat`. */
  readonly changed: readonly ChangedMessage[];
  readonly totals: {
    readonly same: bigint;
    readonly only_a: bigint;
    readonly only_b: bigint;
    readonly changed: bigint;
  };
  /** Present with `show`. */
  readonly examples?: readonly MessageExample[];
}

/** One stream in both archives, or in one of them. */
export interface StreamDiff {
  readonly account: string | null;
  readonly name: string;
  /** The name in B, where it was given. */
  readonly name_b?: string;
  /** Nothing differs, and no side is `unreadable_in`. */
  readonly same: boolean;
  /** Sides whose messages cannot be read: encrypted, or refused by the system; `not_comparable` tells what is left out. */
  readonly unreadable_in: readonly ('a' | 'b')[];
  readonly only_in: 'a' | 'b' | null;
  readonly created: { readonly a: string | null; readonly b: string | null };
  readonly config: readonly ValueChange[];
  /** What differs in `state`, field by field. */
  readonly state_changes: readonly ValueChange[];
  readonly state: { readonly a: StreamState | null; readonly b: StreamState | null };
  readonly consumers: readonly ConsumerDiff[];
  /** Empty where a side holds no messages that can be read: `not_comparable` tells. */
  readonly messages: MessagesDiff;
  /** What one of the two forms cannot carry. */
  readonly not_comparable: readonly NotComparable[];
  /** What each side lost by damage, and could therefore not be compared; null where nothing. */
  readonly losses: { readonly a: LossFields | null; readonly b: LossFields | null };
}

/**
 * The closed list of what is not compared, since one of the two sides does not carry it:
 * - `created`: V2 archives and configuration backups have none.
 * - `config`: a single block has none.
 * - `messages`, `state`: only the configuration is there, or the stream is encrypted. Of a stream that the system refuses
 *   to give nothing is comparable; a finding tells.
 * - `state.bytes`: subjects are mapped, which changes their length.
 * - `state.last_ts`: the last message is gone, and nothing kept its time.
 * - `consumers`: a single block has none, of an encrypted stream only their names can be told.
 * - `consumers.created`, `consumers.state`: as `created`, `state`.
 * - `consumers.memory`: consumers kept in memory are in V2 archives only.
 */
export type NotComparable =
  | 'created'
  | 'config'
  | 'state'
  | 'state.bytes'
  | 'state.last_ts'
  | 'messages'
  | 'consumers'
  | 'consumers.created'
  | 'consumers.state'
  | 'consumers.memory';

/** `natsarc diff A B --json` (schemas/report-diff.schema.json). */
export interface DiffReport {
  readonly type: 'natsarc.v1.diff';
  readonly tool: ToolReport;
  readonly source: { readonly a: SourceReport; readonly b: SourceReport };
  readonly same: boolean;
  readonly streams: readonly StreamDiff[];
  /** What was damaged or missing in each side: there the comparison goes only as far as it can. */
  readonly findings: { readonly a: readonly Finding[]; readonly b: readonly Finding[] };
}

/** Changed messages that are listed one by one. */
export const MOST_CHANGED_LISTED = 10_000;

/** How one replica of a stream stands to the reference, in messages. */
export interface ReplicaReport {
  /**
   * `behind`: it ends before the reference, `ahead`: behind it, the same up to there. `diverged`: they differ at
   * `diverged_at`, the lowest such sequence. `missing`: it should hold the stream; `absent`: the store of a cluster's server,
   * and there are as many replicas as the configuration wants without it. `unreadable`: encrypted, or without messages.
   */
  readonly status: 'same' | 'behind' | 'ahead' | 'diverged' | 'missing' | 'absent' | 'unreadable';
  readonly diverged_at: bigint | null;
  readonly messages: number | bigint | null;
  readonly first_seq: bigint | null;
  readonly last_seq: bigint | null;
  /** Messages that only the reference holds, that only the replica holds, that both hold and that differ. */
  readonly missing: bigint;
  readonly extra: bigint;
  readonly changed: bigint;
  /** null where it cannot be told. */
  readonly config_same: boolean | null;
  readonly consumers_same: boolean | null;
  /** What of it could be read was compared: more of it may be lost. */
  readonly damaged: boolean;
}

/** One stream over all sources. */
export interface MatrixStream {
  readonly account: string | null;
  readonly name: string;
  readonly same: boolean;
  /** Indexes of the sources that hold it, ascending. */
  readonly held_by: readonly number[];
  /** Index of the source that the others are told against; null where none can be read. */
  readonly reference: number | null;
  /** The same where most replicas hold this version, be it that they went on from there; null where there is none. */
  readonly majority: number | null;
  /** In the order of the sources. */
  readonly replicas: readonly ReplicaReport[];
}

/** `natsarc diff A B C --json`. */
export interface MatrixReport {
  readonly type: 'natsarc.v1.matrix';
  readonly tool: ToolReport;
  readonly sources: readonly SourceReport[];
  readonly same: boolean;
  readonly totals: {
    readonly streams: number;
    readonly different: number;
    /** Streams in which nothing is known to differ, and that some archive holds unreadable. */
    readonly not_compared: number;
    /** Streams that some of the archives do not hold, be it that they need not. */
    readonly not_in_all: number;
  };
  readonly streams: readonly MatrixStream[];
  /** Of each source, in their order. */
  readonly findings: readonly (readonly Finding[])[];
}
