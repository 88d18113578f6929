import type { StreamEvidence } from '../../check/stream-evidence.ts';
import { countSequences } from '../../core/sequence-ranges.ts';
import type { Finding } from '../../findings/finding.ts';
import { isDamageOfLive, isOfDeleted } from '../../findings/status.ts';
import { isOnly } from '../../kernels/packed-faults.ts';
import type { PackedScan } from '../../kernels/types.ts';
import type { BlockReading } from '../predict/files/read-blocks.ts';
import type { RecoveredBlock } from '../predict/rules/recovered.ts';
import type { ServedStream } from '../predict/start.ts';
import type { LaterRead } from '../predict/walks/later-reads.ts';
import { LISTED_AND_MISSING } from './message-steps.ts';
import type { PreflightStep } from './types.ts';

/** Cut where a bad record begins, or removed where nothing is left to find. */
export function blockSteps(
  { opened, stream }: ServedStream,
  { sets }: StreamEvidence,
  readings: readonly BlockReading[],
  found: readonly Finding[],
  hasLoss: boolean,
): PreflightStep[] {
  const recovered = new Map<number, RecoveredBlock>(
    [...opened.blocks, ...stream.blocks].map((block) => [block.block.index, block]),
  );
  return readings.flatMap(({ block, cutAtBytes, scan, isDecodable, isCompressed }): PreflightStep[] => {
    const file = block.entry.label;
    const own = recovered.get(block.index);
    if (own === undefined && !opened.isIndexed) {
      const reason = isDecodable ? 'nothing in it can be read' : 'it cannot be decompressed';
      const isEmpty = scan.messages === 0 && cutAtBytes === null && isDecodable;
      return [
        isEmpty
          ? {
              do: 'delete-block',
              severity: 'info',
              file,
              bytes: block.entry.sizeBytes,
              reason: 'it is empty',
            }
          : { do: 'delete-block', severity: 'critical', file, bytes: block.entry.sizeBytes, reason },
      ];
    }
    if (cutAtBytes === null || own?.readBytes !== cutAtBytes) return [];
    const reason = isCompressed
      ? `a bad record at offset ${cutAtBytes} of what it decodes to; what is cut there cannot be decoded again`
      : `a bad record at offset ${cutAtBytes}`;
    // What a crash left behind the last record is nothing; what stands behind a bad one may have told of deletes.
    const isTorn = isOnlyTorn(sets.find((set) => set.block.index === block.index)?.scan);
    const isUnknown = found.some((finding) => finding.file === file && isDamageOfLive(finding));
    const severity = hasLoss || isUnknown ? 'critical' : isTorn ? 'info' : 'warning';
    return [
      { do: 'cut-block', severity, file, bytes: Math.max(0, block.entry.sizeBytes - cutAtBytes), reason },
    ];
  });
}

/** Whether nothing is wrong with a block but that it ends within a record. */
function isOnlyTorn(scan: PackedScan | undefined): boolean {
  return scan === undefined || isOnly(scan.faults, 'tail');
}

/** With an index a server checks no sums, but goes by the lengths and sequences of records, also of deleted ones, once it reads a block. */
export function laterSteps(later: readonly LaterRead[], found: readonly Finding[]): PreflightStep[] {
  return later.flatMap(({ block, unread, cut, cutAtBytes, isEndless }): PreflightStep[] => {
    const { entry } = block.block;
    const file = entry.label;
    if (isEndless) {
      const reason =
        'not at the start, but once the server reads the block: a damaged sequence makes it list more than any memory can hold';
      return [{ do: 'end-server', severity: 'critical', file, reason }];
    }
    if (block.flaw === 'missing') {
      const reason = `${LISTED_AND_MISSING}: it counts less once it looks for one of its messages`;
      return [{ do: 'remove-messages', severity: 'critical', file, messages: block.live.count, reason }];
    }
    if (cutAtBytes === null) return [];
    const isOfDeletedOne = found.some(
      (finding) => finding.file === file && finding.offset === cutAtBytes && isOfDeleted(finding),
    );
    const record = isOfDeletedOne ? 'the record of a deleted message' : 'a bad record';
    return [
      {
        do: 'cut-block',
        // What only told of deletes is in index.db.
        severity: cut.length + unread.length > 0 ? 'critical' : 'info',
        file,
        bytes: Math.max(0, entry.sizeBytes - cutAtBytes),
        messages: countSequences(cut),
        reason: `${record} at offset ${cutAtBytes}: not at the start, but once the server reads the block it goes astray there`,
      },
    ];
  });
}
