import { indexAge } from '../../check/index-vs-blocks.ts';
import type { StreamEvidence } from '../../check/stream-evidence.ts';
import { placeName } from '../../container/entries.ts';
import { entryAt, type FileStreamParts } from '../../container/entry.ts';
import { CATALOG } from '../../findings/catalog/index.ts';
import type { ServerRules } from '../predict/rules/server-rules.ts';
import type { ServedStream } from '../predict/start.ts';
import type { PreflightStep } from './types.ts';

/** Whether the index is made anew from so many bytes of blocks, and why. */
export function indexSteps(
  { opened }: ServedStream,
  evidence: StreamEvidence,
  parts: FileStreamParts,
  rules: ServerRules,
  bytes: number,
): PreflightStep[] {
  if (evidence.archive.blocks.length === 0 && evidence.archive.index === null)
    return [
      {
        do: 'rebuild-index',
        severity: 'warning',
        file: placeName(parts),
        reason: CATALOG.BLK_NONE.title,
      },
    ];
  if (opened.isIndexed || bytes === 0) return [];
  const file = entryAt(parts, 'msgs/index.db');
  const { index, indexStanding } = evidence.archive;
  const age = indexAge(evidence.archive, evidence.sets);
  const why = {
    none: file === undefined ? 'there is no index.db' : 'index.db cannot be read',
    stale: CATALOG[age ?? 'IDX_STALE'].title,
    'block-missing': 'index.db lists a block that is gone',
    current: 'index.db contradicts itself',
  }[indexStanding];
  const isUnknown = index !== null && index.version > rules.indexVersion;
  const reason = isUnknown ? `index.db has version ${index.version}, which the server does not know` : why;
  // One that is missing, or older than the blocks, is what a kill leaves.
  const isHit = (file !== undefined && index === null) || (age !== null && age !== 'IDX_STALE');
  const severity = isHit ? 'warning' : 'info';
  return [{ do: 'rebuild-index', severity, file: file?.label ?? placeName(parts), bytes, reason }];
}
