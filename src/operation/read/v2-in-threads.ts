import type { V2StreamParts } from '../../container/entry.ts';
import { CHUNK_BYTES } from '../../codec/s2/chunk.ts';
import { framingFaults } from '../../container/open-source.ts';
import type { Fault } from '../../findings/finding.ts';
import { descriptorOf } from '../../model/read-entry.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { WalkJob } from '../../workers/jobs/walk.ts';
import type { Pool } from '../../workers/pool.ts';
import type { Archive } from '../open/open-archive.ts';
import { WalkedPieces, type Piece } from './v2-walked-pieces.ts';
import { readV2Messages, type V2Messages, type V2ReadOptions } from './v2-messages.ts';

/** Less than this is read in one go. */
const WORTH_BYTES = 32 * 1024 * 1024;
/** A piece is that many decoded bytes, a few S2 chunks; more of a very large archive, so that there are not too many pieces. */
const PIECE_BYTES = 8 * 1024 * 1024;
const MOST_PIECES = 8192;
/** Where each lot of messages is wanted, not just all of them. */
const STRETCH_BYTES = 1024 * 1024;

/** The messages of a V2 archive, and what is wrong with the compression around them. */
export interface V2Reading extends V2Messages {
  readonly framing: readonly Fault[];
}

/**
 * Reads every message of a V2 archive; `onStretch` is told where they lie. Threads walk the pieces of a large one, each from where
 * messages seem to begin. The walk from the first entry to the end mark takes over what begins where it has got to, and walks
 * the rest itself: so a wrong guess costs time only.
 */
export async function readV2InThreads(
  archive: StreamArchive,
  parts: V2StreamParts,
  { pool, signal }: Pick<Archive, 'pool' | 'signal'>,
  onStretch?: V2ReadOptions['onStretch'],
): Promise<V2Reading> {
  const pieces = await walkPieces(parts, pool, onStretch === undefined ? Infinity : STRETCH_BYTES);
  // Threads do not know which messages damage touches: one walk does all of a damaged archive.
  const isSound = pieces.every(({ faults }) => faults.length === 0);
  const walked = new WalkedPieces(isSound ? pieces : []);
  const body = parts.body.open();
  const open = (): typeof body => body;
  const options = { wantSubjects: false, pending: [], onStretch, walked, signal };
  const messages = await readV2Messages(archive, { ...parts, body: { ...parts.body, open } }, options);
  return { ...messages, framing: joined(framingFaults(body), walked.faults) };
}

async function walkPieces({ body }: V2StreamParts, pool: Pool, runBytes: number): Promise<Piece[]> {
  if (body.sizeBytes < WORTH_BYTES) return [];
  const source = descriptorOf(body);
  // Chunks of a server's snapshot are as long as ours, so a piece ends where one does.
  const chunks = Math.ceil(Math.max(PIECE_BYTES, body.sizeBytes / MOST_PIECES) / CHUNK_BYTES);
  const jobs: WalkJob[] = [];
  for (let fromBytes = 0; fromBytes < body.sizeBytes;) {
    const untilBytes = fromBytes + chunks * CHUNK_BYTES;
    const toBytes = Math.min(
      body.sizeBytes,
      untilBytes - (((body.carrierOffsetBytes ?? 0) + fromBytes) % CHUNK_BYTES),
    );
    jobs.push({ kind: 'walk', source, fromBytes, toBytes, runBytes });
    fromBytes = toBytes;
  }
  const results = await pool.run(jobs, () => {});
  return results.map((result, i) => ({ ...result, toBytes: jobs[i]?.toBytes ?? 0 }));
}

/** Faults by offset; a chunk may have been decoded twice. */
function joined(...lots: readonly (readonly Fault[])[]): Fault[] {
  const byOffset = new Map(lots.flat().map((fault) => [fault.offsetBytes ?? 0, fault]));
  return [...byOffset.values()].toSorted((a, b) => (a.offsetBytes ?? 0) - (b.offsetBytes ?? 0));
}
