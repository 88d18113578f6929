import type { Finding } from '../../findings/finding.ts';
import type { StreamReport } from '../types.ts';

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

export interface InspectedStream {
  readonly report: StreamReport;
  readonly findings: readonly Finding[];
}
