import type { SkippedStream } from '../loss/skipped-stream.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Finding } from '../../findings/finding.ts';
import type { FilterReport } from '../filter/report.ts';
import type { Lost, SelectOptions, StreamState, ToolReport } from '../types.ts';

/** What a stream is written as: a V1 or V2 snapshot, a legacy .tgz, a folder of a server's store. */
export type OutputForm = 'v1' | 'v2' | 'tgz' | 'store';

/** How the streams that are written differ from those that were read. */
export interface ChangeOptions {
  /** A new name for the one stream that is selected. */
  readonly as?: string;
  /** Rules FROM=TO for subjects: of the configuration, of consumers' filters, of stored messages. At least one must fit something. */
  readonly mapSubjects?: readonly string[];
  readonly noConsumers?: boolean;
  /** Takes the place of the stream's own configuration. */
  readonly config?: JsonObject;
  readonly replicas?: number;
  /** Placement: cluster, and tags. */
  readonly cluster?: string;
  readonly tags?: readonly string[];
}

/** Where to write, and how the result differs from the archive. */
export interface WriteOptions extends SelectOptions, ChangeOptions {
  /** What to make; absent, or an empty folder. */
  readonly target: string;
  /** Verify the archive first, and stop at a critical finding. */
  readonly check?: boolean;
  /** Only tell what would be done. */
  readonly dryRun?: boolean;
}

/** What a writing command tells, whether it writes or not. */
interface CopyReport {
  readonly tool: ToolReport;
  readonly target: string;
  readonly streams: readonly WrittenStream[];
  /** Streams of which nothing could be written: what the archive has of them is their configuration. */
  readonly skipped: readonly SkippedStream[];
  /** The sequences among which messages are lost, of all streams. */
  readonly lost: Lost;
  /** How many messages these are. */
  readonly lost_messages: bigint;
  /** What the operator should know about the result: subjects that overlap, references to the old name. */
  readonly notes: readonly string[];
  /** What was found in the source. */
  readonly findings: readonly Finding[];
}

/** What a writing command did (schemas/report-written.schema.json). */
export interface WrittenReport extends CopyReport {
  readonly type: 'natsarc.v1.written';
  readonly bytes_written: number;
}

/** What a writing command would do (schemas/report-plan.schema.json). */
export interface PlanReport extends CopyReport {
  readonly type: 'natsarc.v1.plan';
  readonly steps: readonly string[];
}

/** What a slice left of a stream. */
export interface SliceReport {
  readonly filters: FilterReport;
  /** Whether sequences were made dense from 1 on. */
  readonly renumbered: boolean;
  /** The stream that it was taken from. */
  readonly of: { readonly messages: bigint; readonly first_seq: bigint; readonly last_seq: bigint };
}

/** One stream at the target. */
export interface WrittenStream {
  readonly account: string | null;
  readonly name: string;
  readonly from_name?: string;
  /** As what it is written. */
  readonly form: OutputForm;
  readonly state: StreamState;
  /** What was lost of it in the source: the sequences among which messages are lost. */
  readonly lost: Lost;
  /** How many they are, at most. */
  readonly lost_messages: bigint;
  /** How many of them are intact, and only `repair` keeps. */
  readonly repairable_messages: bigint;
  /** How many of them may have been deleted instead. */
  readonly doubtful_messages: bigint;
  /** Of a repair: how many sequences no record and no index speaks of, as its loss report counts them. */
  readonly doubtful?: bigint;
  /** Why no server takes what was written, of those that know its form. Absent: one does. */
  readonly refused?: string;
  /** What the form that was written cannot hold. */
  readonly not_carried: readonly string[];
  /** Where it is a part of a stream. */
  readonly slice?: SliceReport;
}
