import { UsageError } from '../../core/error.ts';
import type { MessageFilter } from './types.ts';

/** Throws UsageError where no message at all can lie between the bounds. */
export function checkRanges({ minSeq, maxSeq, afterNs, beforeNs }: MessageFilter): void {
  if (minSeq !== undefined && maxSeq !== undefined && minSeq > maxSeq)
    throw new UsageError(`no sequence lies between --min-seq ${minSeq} and --max-seq ${maxSeq}`);
  if (afterNs !== undefined && beforeNs !== undefined && afterNs > beforeNs)
    throw new UsageError('--after is later than --before: no time lies between');
}
