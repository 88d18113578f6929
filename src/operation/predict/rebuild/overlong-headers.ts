import { unpackRanges } from '../../../core/packed-ranges.ts';
import {
  clipRanges,
  intersectRanges,
  mergeRanges,
  type SequenceRanges,
} from '../../../core/sequence-ranges.ts';
import type { ConsumerArchive } from '../../../model/stream-archive.ts';
import { fitsOne, stretchesRead, type ReadStretch } from '../consumers/pending-walk.ts';
import type { RecordQueries } from '../records/record-queries.ts';
import type { Opening } from './opening.ts';
import { recordedSubjects } from './stream-subjects.ts';
import type { BlockReading } from '../files/read-blocks.ts';
import type { NotServed, RecoveredStream } from '../rules/recovered.ts';

/** Live messages whose header says that it is longer than they are: no checksum covers that length. */
export function overlongLive(stream: RecoveredStream, readings: readonly BlockReading[]): SequenceRanges {
  const overlong = mergeRanges(readings.map((reading) => reading.overlongHeaders));
  if (overlong.length === 0) return overlong;
  return intersectRanges(overlong, mergeRanges(stream.blocks.map(({ live }) => unpackRanges(live))));
}

/** The one that a server meets first which counts what consumers have still to be given; null: none. */
export function overlongCounted(
  stream: RecoveredStream,
  consumers: readonly ConsumerArchive[],
  { readings, queries, rules }: Opening,
): bigint | null {
  const overlong = overlongLive(stream, readings);
  if (overlong.length === 0) return null;
  const byNumber = new Map(readings.map((reading) => [reading.block.index, reading]));
  const subjects = recordedSubjects(stream, queries.archive, byNumber);
  for (const consumer of consumers)
    for (const stretch of stretchesRead(stream, consumer, subjects, rules)) {
      const [met] = clipRanges(overlong, stretch.fromSeq, stretch.toSeq);
      if (met !== undefined && isSplit(stretch, queries)) return met;
    }
  return null;
}

function isSplit({ block, split }: ReadStretch, queries: RecordQueries): boolean {
  if (split === null) return true;
  const before = new Set<string>();
  let isFound = false;
  queries.eachRecord([block], ({ seq, subject }) => {
    if (seq < split.nextSeq) before.add(subject);
    else isFound ||= before.has(subject) && fitsOne(split.filters, Buffer.from(subject, 'latin1').toString());
  });
  return isFound;
}

/** A server that trusts the length. */
export function panicsAtHeader(seq: bigint): NotServed {
  return {
    outcome: 'crash',
    reason: `the server trusts the damaged header length of message ${seq}, and ends`,
  };
}
