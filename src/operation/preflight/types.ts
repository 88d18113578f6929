import type { ServerGeneration } from '../../core/server-generation.ts';
import type { Finding } from '../../findings/finding.ts';
import type { Status } from '../../findings/status.ts';
import type { Prediction, SelectOptions, SourceReport, ToolReport } from '../types.ts';

/** Which streams, and which server will be started. */
export interface PreflightOptions extends SelectOptions {
  /** `2.14` or a release such as `2.14.5`; default: the newest generation. */
  readonly serverVersion?: string;
}

/** One thing that a start does to the files, or that an operator has to know before it. */
export interface PreflightStep {
  readonly do:
    | 'stop-server'
    | 'end-server'
    | 'delete-stream'
    | 'leave-stream'
    | 'orphan-stream'
    | 'cut-block'
    | 'delete-block'
    | 'rebuild-index'
    | 'drop-consumer'
    | 'misplace-consumer'
    | 'remove-messages'
    | 'store-messages'
    | 'revive-messages'
    | 'delete-file'
    | 'finish-purge'
    | 'replay-batch';
  readonly severity: Finding['severity'];
  /** As findings name it; null where it is about the whole stream. */
  readonly file: string | null;
  /** Read, cut off or deleted. */
  readonly bytes?: number;
  readonly messages?: bigint;
  readonly reason: string | null;
}

/** What becomes of one stream. */
export interface PreflightStream {
  readonly account: string | null;
  readonly name: string;
  /** null where it cannot be told: encrypted, or not readable. */
  readonly outcome: Prediction['outcome'] | null;
  readonly reason: string | null;
  readonly messages: bigint | null;
  readonly first_seq: bigint | null;
  readonly last_seq: bigint | null;
  readonly consumers: readonly string[];
  /** index.db is believed, or every block is read. */
  readonly index: 'taken' | 'rebuilt' | null;
  /** Of the blocks that are read because there is no index to believe. */
  readonly bytes_to_read: number;
  /** By the cluster's meta group; null where there is none, or it cannot be read. */
  readonly assigned: boolean | null;
  readonly steps: readonly PreflightStep[];
}

/** `natsarc preflight --json`. */
export interface PreflightReport {
  readonly type: 'natsarc.v1.preflight';
  readonly tool: ToolReport;
  readonly source: SourceReport | null;
  readonly server: ServerGeneration;
  readonly status: Status;
  readonly streams: readonly PreflightStream[];
  /** Beside streams. */
  readonly steps: readonly PreflightStep[];
  /** What could not be read. */
  readonly findings: readonly Finding[];
}
