import { asParts, NO_PARTS, subtractParts } from '../../core/sequence-part-sets.ts';
import { NO_SEQUENCES } from '../../core/sequence-ranges.ts';
import { lostBefore } from '../../model/lost-before.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { belowFirst } from '../salvage/stream/declared-deletes.ts';
import { countLosses } from '../salvage/losses/losses.ts';
import { damagesBefore } from '../salvage/stream/lost-before.ts';
import { NO_DOUBTS } from '../salvage/stream/doubtful-positions.ts';
import type { SalvagedStream } from '../salvage/stream/salvaged-stream.ts';
import type { StreamLoss } from '../salvage/types.ts';

/** An archive that has lost its data: all there is comes from others. */
export function nothingOf(archive: StreamArchive): SalvagedStream {
  const nothing = {
    runs: () => [],
    deleted: subtractParts(belowFirst(archive.manifest?.state ?? null), asParts(lostBefore(archive).seqs)),
    listed: [],
    suspects: [],
    damages: () => damagesBefore(archive),
    counted: null,
    lastSeq: 0n,
    lastTimeNs: 0n,
    notes: [],
    areDeletesUnknown: false,
    untoldDeletes: [],
    indexDeletes: null,
    doubtfulPositions: NO_DOUBTS,
    parted: null,
  };
  return { archive, ...nothing, findings: archive.findings, close: () => {} };
}

/** The loss of a stream of which nothing is written: what its backup.json declares. null where it declares no message. */
export function lossWithoutData(archive: StreamArchive): StreamLoss | null {
  const state = archive.manifest?.state ?? null;
  if (state === null || state.messages === 0n) return null;
  return countLosses({
    sources: [nothingOf(archive)],
    survey: { recovered: NO_PARTS, disagreements: [], undecided: NO_SEQUENCES, helped: new Map() },
    deleted: NO_PARTS,
    name: archive.name,
    lastSeq: state.firstSeq > 0n ? state.firstSeq - 1n : 0n,
    declaredLastSeq: state.lastSeq,
    counted: state,
  });
}
