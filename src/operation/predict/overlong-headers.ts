import { unpackRanges } from '../../core/packed-ranges.ts';
import { intersectRanges, mergeRanges, type SequenceRanges } from '../../core/sequence-ranges.ts';
import type { BlockReading } from './read-blocks.ts';
import type { NotServed, RecoveredStream } from './recovered.ts';

/** Live messages whose header says that it is longer than they are: no checksum covers that length. */
export function overlongLive(stream: RecoveredStream, readings: readonly BlockReading[]): SequenceRanges {
  const overlong = mergeRanges(readings.map((reading) => reading.overlongHeaders));
  if (overlong.length === 0) return overlong;
  return intersectRanges(overlong, mergeRanges(stream.blocks.map(({ live }) => unpackRanges(live))));
}

/** A server that trusts the length. */
export function panicsAtHeader(seq: bigint): NotServed {
  return {
    outcome: 'crash',
    reason: `the server trusts the damaged header length of message ${seq}, and ends`,
  };
}
