import type { RewriteJob, RewriteResult } from './rewrite.ts';
import type { ScanJob, ScanResult } from './scan.ts';

/** Check every record of one block and, where all are sound, write those that are presumed live in the same reading. */
export interface TakeOverJob {
  readonly kind: 'take-over';
  readonly scan: ScanJob;
  /** Of the same block. */
  readonly rewrite: RewriteJob;
}

export interface TakeOverResult {
  readonly kind: 'take-over';
  readonly scan: ScanResult;
  /** null where something is wrong with the block, or it is too large: nothing was written. */
  readonly rewritten: RewriteResult | null;
}
