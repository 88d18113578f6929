import type { Progress } from '../types.ts';
import type { ChangeOptions } from '../write/types.ts';

/** What an export becomes. */
export interface ImportOptions extends ChangeOptions {
  /** What to make; absent, or an empty folder. */
  readonly target: string;
  readonly to: 'v1' | 'v2';
  /** Take an export that holds fewer messages than its state says, though no filter is named in it. */
  readonly partial?: boolean;
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}
