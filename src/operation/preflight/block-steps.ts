import type { StreamEvidence } from '../../check/stream-evidence.ts';
import type { Finding } from '../../findings/finding.ts';
import { isDamageOfLive, isOfDeleted } from '../../findings/status.ts';
import { isOnly } from '../../kernels/packed-faults.ts';
import type { PackedScan } from '../../kernels/types.ts';
import type { BlockReading } from '../predict/files/read-blocks.ts';
import type { RecoveredBlock } from '../predict/rules/recovered.ts';
import type { ServedStream } from '../predict/start.ts';
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

/** With an index a server checks no sums, but goes by the lengths of records, also of deleted ones, once it reads a block. */
export function astraySteps({ opened }: ServedStream, found: readonly Finding[]): PreflightStep[] {
  if (!opened.isIndexed) return [];
  return found
    .filter((finding) => finding.code === 'BLK_LENGTH_IMPLAUSIBLE' && isOfDeleted(finding))
    .map(({ file = null, offset = 0 }) => ({
      do: 'cut-block',
      severity: 'critical',
      file,
      reason: `a wrong length at offset ${offset}, in the record of a deleted message: not at the start, but once the server reads the block it goes astray there`,
    }));
}
