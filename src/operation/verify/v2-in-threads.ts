import type { V2StreamParts } from '../../container/entry.ts';
import { framingFaults } from '../../container/open-source.ts';
import type { Fault } from '../../findings/finding.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { SliceSource } from '../../source/slice.ts';
import { AheadSource } from '../../workers/ahead-source.ts';
import type { Pool } from '../../workers/pool.ts';
import { readV2Messages, type V2Messages, type V2ReadOptions } from '../v2-messages.ts';

/** Of less than this a single thread is done sooner than others have begun. */
const WORTH_BYTES = 32 * 1024 * 1024;

/** The messages of a V2 archive, and what is wrong with the compression around them. */
export interface V2Reading extends V2Messages {
  readonly framing: readonly Fault[];
}

/** Reads every message of a V2 archive, while threads, where there are some, decode what comes next; `onStretch` is told where they lie. */
export async function readV2InThreads(
  archive: StreamArchive,
  parts: V2StreamParts,
  pool: Pool,
  onStretch: V2ReadOptions['onStretch'] = () => {},
): Promise<V2Reading> {
  const body = parts.body.open();
  const options = { wantSubjects: false, pending: [], onStretch };
  if (parts.body.sizeBytes >= WORTH_BYTES) await pool.prepare();
  if (!(body instanceof SliceSource) || parts.body.sizeBytes < WORTH_BYTES || !pool.hasThreads)
    return { ...readV2Messages(archive, parts, options), framing: framingFaults(body) };
  const ahead = new AheadSource(body.of, pool);
  const open = (): SliceSource =>
    new SliceSource(ahead, parts.body.carrierOffsetBytes ?? 0, parts.body.sizeBytes);
  const messages = readV2Messages(archive, { ...parts, body: { ...parts.body, open } }, options);
  const framing = joined(framingFaults(body), await ahead.end());
  if (framing.length === 0) return { ...messages, framing };
  // What threads decode ahead does not tell the walk which messages damage touches.
  return { ...readV2Messages(archive, parts, { ...options, onStretch: () => {} }), framing };
}

/** Faults by offset; a chunk may have been decoded twice. */
function joined(...lots: readonly (readonly Fault[])[]): Fault[] {
  const byOffset = new Map(lots.flat().map((fault) => [fault.offsetBytes ?? 0, fault]));
  return [...byOffset.values()].toSorted((a, b) => (a.offsetBytes ?? 0) - (b.offsetBytes ?? 0));
}
