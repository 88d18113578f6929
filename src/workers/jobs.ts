import type { ErrandJob, ErrandResult } from './jobs/errand.ts';
import type { FingerprintJob, FingerprintResult } from './jobs/fingerprint.ts';
import type { PlaceJob, PlaceResult } from './jobs/place.ts';
import type { RenderJob, RenderResult } from './jobs/render.ts';
import type { RewriteJob, RewriteResult } from './jobs/rewrite.ts';
import type { ScanJob, ScanResult } from './jobs/scan.ts';
import type { TakeOverJob, TakeOverResult } from './jobs/take-over.ts';
import type { TallyJob } from './jobs/tally.ts';
import type { BlockTally } from './subject-columns.ts';
import type { WalkJob, WalkResult } from './jobs/walk.ts';

/** What a thread can be asked to do: plain data. */
export type Job =
  | ScanJob
  | TallyJob
  | FingerprintJob
  | RewriteJob
  | TakeOverJob
  | RenderJob
  | PlaceJob
  | WalkJob
  | ErrandJob;

/** What it gives for each. */
export type JobResult<J extends Job> = Results[J['kind']];

interface Results {
  readonly scan: ScanResult;
  readonly tally: BlockTally;
  readonly fingerprint: FingerprintResult;
  readonly rewrite: RewriteResult;
  readonly 'take-over': TakeOverResult;
  readonly render: RenderResult;
  readonly place: PlaceResult;
  readonly walk: WalkResult;
  readonly errand: ErrandResult;
}
