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

/** One stream of an `InspectReport`. */
export interface InspectedStream {
  readonly report: StreamReport;
  readonly findings: readonly Finding[];
}
