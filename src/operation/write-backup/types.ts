import type { Finding } from '../../findings/finding.ts';
import type { SelectOptions, StreamState, ToolReport } from '../types.ts';

export interface WriteBackupOptions extends SelectOptions {
  /** The folder to make; absent, or empty. */
  readonly target: string;
  /** A new name for the one stream that is selected. */
  readonly as?: string;
  readonly noConsumers?: boolean;
}

/** What a writing command did, as cli.md has it. */
export interface WrittenReport {
  readonly type: 'natsarc.v1.written';
  readonly tool: ToolReport;
  readonly target: string;
  readonly streams: readonly WrittenStream[];
  /** Streams of which nothing could be written: what the archive has of them is their configuration. */
  readonly skipped: readonly SkippedStream[];
  readonly lost: { readonly msgs: readonly (readonly [bigint, bigint])[]; readonly bytes: number };
  readonly bytes_written: number;
  /** What was found in the source. */
  readonly findings: readonly Finding[];
}

export interface WrittenStream {
  readonly account: string | null;
  readonly name: string;
  readonly from_name?: string;
  readonly state: StreamState;
}

export interface SkippedStream {
  readonly account: string | null;
  readonly name: string;
  readonly reason: string;
}
