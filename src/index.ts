export { CATALOG, type FindingCode } from './findings/catalog/index.ts';
export type { CatalogEntry, Mark, Severity } from './findings/catalog-entry.ts';
export type { Finding, FindingData } from './findings/finding.ts';
export type { Status } from './findings/status.ts';
export { CancelledError, SourceError, ToolError, UsageError } from './core/error.ts';
export type { JsonObject, JsonValue } from './core/json.ts';
export type { ServerGeneration } from './core/server-generation.ts';
export { VERSION } from './core/version.ts';
export type { ArchiveKind } from './container/entry.ts';
export { catMessages } from './operation/cat/run.ts';
export type { EmitMessages } from './operation/cat/sift.ts';
export type { CatResult } from './operation/cat/types.ts';
export type { StoredMessage } from './operation/content/message-walk.ts';
export type { DeleteNote } from './operation/delete-note.ts';
export type { FilterReport } from './operation/filter/report.ts';
export type { HeaderCondition, MessageFilter } from './operation/filter/types.ts';
export { exportStream, type ExportTaker } from './operation/export/run.ts';
export type { ExportedConsumer, ExportHead } from './operation/export/types.ts';
export { importExport } from './operation/import/run.ts';
export type { ImportOptions } from './operation/import/types.ts';
export { catKeyValues } from './operation/kv/run.ts';
export type { KvEntry, KvOptions } from './operation/kv/types.ts';
export { takeObject, type ObjectOptions } from './operation/object/run.ts';
export type { ObjectInfo } from './operation/object/types.ts';
export { diffArchives } from './operation/diff/run.ts';
export { compareReplicas } from './operation/diff/matrix.ts';
export type {
  ChangedMessage,
  ConsumerDiff,
  DiffOptions,
  DiffReport,
  MatrixReport,
  MatrixStream,
  MessageExample,
  MessagesDiff,
  NotComparable,
  ReplicaReport,
  SequencePairs,
  StreamDiff,
  ValueChange,
} from './operation/diff/types.ts';
export { inspectArchive } from './operation/inspect/run.ts';
export type { InspectOptions } from './operation/inspect/types.ts';
export { preflightStore } from './operation/preflight/run.ts';
export type {
  PreflightOptions,
  PreflightReport,
  PreflightStep,
  PreflightStream,
} from './operation/preflight/types.ts';
export { repairArchive } from './operation/repair/run.ts';
export type { LossReport, RepairOptions, RepairResult } from './operation/repair/types.ts';
export type { LossCode, NoteCode } from './operation/salvage/loss-codes.ts';
export type {
  Disagreement,
  LostRange,
  LostRangeList,
  OtherUse,
  RepairForm,
  RepairNote,
  SalvageOptions,
  StreamLoss,
} from './operation/salvage/types.ts';
export { extractIntoDataDir } from './operation/extract/run.ts';
export type { ExtractOptions } from './operation/extract/types.ts';
export { convertArchive, type ConvertOptions } from './operation/convert/run.ts';
export { sliceArchive } from './operation/slice/run.ts';
export type { SliceOptions } from './operation/slice/types.ts';
export { renameStream, type RenameOptions } from './operation/rename/run.ts';
export type {
  ChangeOptions,
  OutputForm,
  PlanReport,
  SliceReport,
  WriteOptions,
  WrittenReport,
  WrittenStream,
} from './operation/write/types.ts';
export type { SkippedStream } from './operation/loss/skipped-stream.ts';
export { verifyArchive } from './operation/verify/run.ts';
export type * from './operation/types.ts';
