import { entryAt, type FileStreamParts } from '../../container/entry.ts';
import type { FindingCode } from '../../findings/catalog/index.ts';
import type { Finding } from '../../findings/finding.ts';
import type { ServerRules } from '../predict/rules/server-rules.ts';
import type { PreflightStep } from './types.ts';

/** What a start does to what lies about (container/README.md). Files with temporary names are ignored and stay. */
export function leftoverSteps(findings: readonly Finding[], rules: ServerRules): PreflightStep[] {
  return findings.flatMap(({ code, file }): PreflightStep[] => {
    const step = stepFor(code, rules);
    return step === null ? [] : [{ ...step, severity: 'info', file: file ?? null }];
  });
}

type Step = Pick<PreflightStep, 'do' | 'reason'>;

const STEPS: Partial<Record<FindingCode, Step>> = {
  DIR_STREAM_DELETED: { do: 'delete-file', reason: 'a stream that was being deleted' },
  DIR_SNAPSHOT_STAGING: { do: 'delete-file', reason: 'a restore that was not finished' },
  DIR_PURGE_UNFINISHED: { do: 'finish-purge', reason: 'a purge that was not finished' },
  DIR_BATCH_PENDING: {
    do: 'replay-batch',
    reason: 'an atomic batch: the rest is stored where its first message is, then it is removed',
  },
};

function stepFor(code: FindingCode, { tombstones, apiLevel }: ServerRules): Step | null {
  if (code === 'DIR_STREAM_DELETED' && !tombstones) return null;
  if (code === 'DIR_BATCH_PENDING' && (apiLevel ?? 0) < 2) return null;
  return STEPS[code] ?? null;
}

/** Index files of 2.9 are read once by newer servers, then deleted. */
export function oldIndexSteps(parts: FileStreamParts, rules: ServerRules): PreflightStep[] {
  if (!rules.walksIndexedBlocks) return [];
  const old = parts.entries.filter((entry) => /^msgs\/\d+\.(idx|fss)$/.test(entry.path));
  const [first] = old;
  if (first === undefined) return [];
  const bytes = old.reduce((sum, entry) => sum + entry.sizeBytes, 0);
  const files = old.length === 1 ? '1 index file' : `${old.length} index files`;
  const reason = `${files} of an older server, which hold its deletes, are read and deleted`;
  // Beside an index.db it tells no more than older servers need; without one the store cannot go back to them.
  const isBeside = entryAt(parts, 'msgs/index.db') !== undefined;
  return [{ do: 'delete-file', severity: isBeside ? 'info' : 'warning', file: first.label, bytes, reason }];
}
