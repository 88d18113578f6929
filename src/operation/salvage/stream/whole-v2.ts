import type { V2StreamParts } from '../../../container/entry.ts';
import type { V2Spans } from '../../../container/v2-spans.ts';
import { MAX_SEQUENCE } from '../../../core/sequence-ranges.ts';
import type { StreamArchive } from '../../../model/stream-archive.ts';
import { readV2InThreads } from '../../read/v2-in-threads.ts';
import { V2Blocks } from '../../read/v2-blocks.ts';
import type { SalvageWork } from '../rescan/salvage-work.ts';
import { partsOfV2, type PartedStream } from './stream-parts.ts';

/** A V2 archive of which every message is sound. */
export interface WholeV2 extends V2Spans {
  readonly parted: PartedStream | null;
}

/** Reads a V2 archive to its end mark as any reader does; null where anything is wrong with it, or is to be looked for. */
export async function readWholeV2(
  archive: StreamArchive,
  parts: V2StreamParts,
  work: SalvageWork,
): Promise<WholeV2 | null> {
  if (parts.findings.length > 0 || work.isPastDamage === true) return null;
  const blocks = new V2Blocks(parts.body);
  let startBytes = Infinity;
  let endBytes = 0;
  const { total, live, findings, framing } = await readV2InThreads(archive, parts, work, (stretch) => {
    blocks.add(stretch);
    startBytes = Math.min(startBytes, stretch.offsetBytes);
    endBytes = stretch.offsetBytes + stretch.lengthBytes;
  });
  if (findings.length > 0 || framing.length > 0 || total.lastSeq > MAX_SEQUENCE) return null;
  const { firstSeq, lastSeq } = total;
  const span = { startBytes, endBytes, firstSeq, lastSeq, seqs: live };
  return {
    spans: total.messages === 0 ? [] : [span],
    hasEnd: true,
    isUnbroken: true,
    parted: partsOfV2(blocks.take(), total),
  };
}
