import type { RepairNote, SalvageOptions, StreamLoss } from '../salvage/types.ts';
import type { ToolReport } from '../types.ts';
import type { PlanReport, WriteOptions, WrittenReport } from '../write/types.ts';

/** Where to write and as what, and which other archives may help. */
export interface RepairOptions extends WriteOptions, SalvageOptions {
  /** Other archives of the same streams: replicas, older backups. */
  readonly from?: readonly string[];
}

/** `natsarc repair --loss-report` (schemas/report-loss.schema.json). */
export interface LossReport {
  readonly type: 'natsarc.v1.loss';
  readonly tool: ToolReport;
  /** The archive that is repaired, then those that helped. */
  readonly sources: readonly string[];
  readonly target: string;
  /** Those that were written, in their order, then those of which nothing was but messages are declared. */
  readonly streams: readonly StreamLoss[];
  readonly notes: readonly RepairNote[];
}

/** What was written, and what of the source is not in it. */
export interface RepairResult {
  readonly written: WrittenReport | PlanReport;
  readonly loss: LossReport;
  /** Of the notes on what was written those that the loss report does not have. */
  readonly notes: readonly string[];
  /** Whether anything is gone: messages, a consumer or its position, the configuration; or no server takes what was written. */
  readonly isLossy: boolean;
}
