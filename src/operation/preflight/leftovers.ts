import type { FileStreamParts } from '../../container/entry.ts';
import type { FindingCode } from '../../findings/catalog/index.ts';
import type { Finding } from '../../findings/finding.ts';
import type { ServerRules } from '../predict/server-rules.ts';
import type { PreflightStep } from './types.ts';

/** What a start does to what lies about (container/README.md). Files with temporary names are ignored and stay. */
export function leftoverSteps(findings: readonly Finding[], rules: ServerRules): PreflightStep[] {
  return findings.flatMap(({ code, file }): PreflightStep[] => {
    const step = stepFor(code, rules);
    return step === null ? [] : [{ ...step, severity: 'info', file: file ?? null }];
  });
}

function stepFor(code: FindingCode, rules: ServerRules): Pick<PreflightStep, 'do' | 'reason'> | null {
  switch (code) {
    case 'DIR_STREAM_DELETED':
      return rules.tombstones ? { do: 'delete-file', reason: 'a stream that was being deleted' } : null;
    case 'DIR_SNAPSHOT_STAGING':
      return { do: 'delete-file', reason: 'a restore that was not finished' };
    case 'DIR_PURGE_UNFINISHED':
      return { do: 'finish-purge', reason: 'a purge that was not finished' };
    case 'DIR_BATCH_PENDING':
      return rules.apiLevel !== null && rules.apiLevel >= 2
        ? {
            do: 'replay-batch',
            reason: 'an atomic batch: the rest is stored where its first message is, then it is removed',
          }
        : null;
    default:
      return null;
  }
}

/** Index files of 2.9 are read once by newer servers, then deleted. */
export function oldIndexSteps(parts: FileStreamParts, rules: ServerRules): PreflightStep[] {
  if (!rules.walksIndexedBlocks) return [];
  const old = parts.entries.filter((entry) => /^msgs\/\d+\.(idx|fss)$/.test(entry.path));
  const [first] = old;
  if (first === undefined) return [];
  const bytes = old.reduce((sum, entry) => sum + entry.sizeBytes, 0);
  const reason = `${old.length} index files of an older server, which hold its deletes, are read and deleted`;
  return [{ do: 'delete-file', severity: 'warning', file: first.label, bytes, reason }];
}
