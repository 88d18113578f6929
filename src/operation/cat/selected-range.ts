import type { StreamEvidence } from '../../check/stream-evidence.ts';
import { hasSequence, intersectRanges, type SequenceRanges } from '../../core/sequence-ranges.ts';
import type { Finding } from '../../findings/finding.ts';
import { isMarked } from '../../findings/marks.ts';
import { indexedLive } from '../../model/live-set.ts';

/** What concerns the messages of a range although each of them could be read. */
export function ofRange(findings: readonly Finding[], range: SequenceRanges | null): Finding[] {
  return findings.filter(
    ({ code, seq }) =>
      isMarked(code, 'any-message') ||
      (isMarked(code, 'its-message') && seq !== undefined && range !== null && hasSequence(range, seq)),
  );
}

/** Whether a sound message is there for each sequence of a range that no current index calls deleted. */
export function isWhole(
  range: SequenceRanges | null,
  { archive, live }: Pick<StreamEvidence, 'archive' | 'live'>,
): boolean {
  if (range === null) return false;
  const missing = live.missing(range);
  if (missing.length === 0) return true;
  if (archive.index === null || archive.indexStanding !== 'current') return false;
  return archive.index.blocks.every((block) => intersectRanges(missing, indexedLive(block)).length === 0);
}
