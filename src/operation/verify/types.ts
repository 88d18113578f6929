import type { Finding } from '../../findings/finding.ts';
import type { VerifyStreamReport } from '../types.ts';

/** What one stream adds to a `VerifyReport`. */
export interface VerifiedStream {
  readonly report: VerifyStreamReport;
  readonly findings: readonly Finding[];
  readonly blocks: number;
  readonly messages: number;
  readonly consumers: number;
}
