import type { Finding } from '../../findings/finding.ts';
import type { StreamReport } from '../types.ts';

/** How far to look: without `deep` no block is read. */
export interface InspectOptions {
  /** Read every block. */
  readonly deep?: boolean;
  /** List every deleted sequence. */
  readonly gaps?: boolean;
  /** Count messages and bytes of each subject. */
  readonly subjects?: boolean;
  /** How many subjects at most, those with the most messages first. */
  readonly top?: number;
}

/** A stream of which it is not said yet whether it is whole. */
export type UnjudgedReport = Omit<StreamReport, 'whole'>;

/** One stream of an `InspectReport`. */
export interface InspectedStream {
  readonly report: UnjudgedReport;
  readonly findings: readonly Finding[];
  /** Every message was read. */
  readonly isRead: boolean;
}
