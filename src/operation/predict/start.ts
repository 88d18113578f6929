import type { FileStreamParts } from '../../container/entry.ts';
import { unpackRanges } from '../../core/packed-ranges.ts';
import {
  mergeRanges,
  NO_SEQUENCES,
  subtractRanges,
  type SequenceRanges,
} from '../../core/sequence-ranges.ts';
import type { ConsumerArchive } from '../../model/stream-archive.ts';
import { refusedConfig } from './consumers/accept-config.ts';
import { startedConsumers } from './consumers/consumers.ts';
import { dropWithConsumer, enforceInterest } from './limits/interest.ts';
import { overlongCounted, panicsAtHeader } from './rebuild/overlong-headers.ts';
import { enforceLimits } from './limits/limits.ts';
import type { GivenStream, Opening } from './rebuild/opening.ts';
import { filtersOf } from './consumers/pending-walk.ts';
import { panicOnScan } from './walks/per-message-scan.ts';
import { takenReadings } from './files/read-blocks.ts';
import { rebuildStream } from './rebuild/rebuild-stream.ts';
import { readInTurn } from './rebuild/index-left.ts';
import { isEndlessWheel } from './files/cut-wheel.ts';
import { countSubjects } from './rebuild/miscounted.ts';
import {
  isServed,
  neverReady,
  type NotServed,
  type RecoveredBlock,
  type RecoveredStream,
} from './rules/recovered.ts';
import { rewindConsumer } from './consumers/rewind-consumer.ts';
import { takeIndex } from './rebuild/take-index.ts';
import { overlongSought } from './walks/source-walk.ts';
import { streamAfterWalks } from './walks/walked-blocks.ts';

/** When and where a start happens. */
export interface Surroundings {
  readonly atNs: bigint;
  /** The store is of a server that is in no cluster. */
  readonly isStandalone: boolean;
}

/** A stream that a server serves. */
export interface ServedStream {
  readonly opened: RecoveredStream;
  /** After limits and TTLs; after a start also without what every consumer has acknowledged. */
  readonly stream: RecoveredStream;
  /** Messages of blocks that an index had told of and that were cut once the server looked into them. */
  readonly cut: SequenceRanges;
  /** Another message may go: 2.9 asks the consumers of an interest stream in no order, and one that meets the cut fails. */
  readonly mayLoseMore: boolean;
  readonly consumers: readonly ConsumerArchive[];
}

/** What a server of one generation makes of a stream's folder when it starts. */
export function startStream(
  given: GivenStream,
  parts: FileStreamParts,
  isStandalone: boolean,
): ServedStream | NotServed {
  const { queries, rules } = given;
  const { archive } = queries;
  const refusal = refusedConfig(archive, parts, rules, isStandalone);
  if (refusal !== null) return refusal;
  const consumers = startedConsumers(archive, parts, rules);
  const config = archive.config ?? {};
  const started = isServed(consumers) ? consumers.started : consumers;
  const served = openStream({ ...given, config, isStart: true }, started);
  if (!isServed(served) || !isServed(consumers) || config['retention'] !== 'interest') return served;
  // Those that fall later drop nothing more: there are more by then that want something.
  const { beforeFallen } = consumers;
  const left = beforeFallen === null ? served.stream : dropWithConsumer(served.stream, queries, beforeFallen);
  if (served.consumers.length === 0) return { ...served, stream: left };
  const mayLoseMore =
    rules.interest === 'all' &&
    served.cut.length > 0 &&
    served.consumers.some((one) => filtersOf(one).length > 0);
  return { ...served, mayLoseMore, stream: enforceInterest(left, queries, served.consumers, rules) };
}

/** Opens the messages of a stream, then its consumers. */
export function openStream(
  asked: Opening,
  consumers: readonly ConsumerArchive[] | NotServed,
): ServedStream | NotServed {
  const { queries, rules, isStart } = asked;
  const opening = { ...asked, readings: readInTurn(takenReadings(asked.readings, rules), rules) };
  const { taken, remembered } = takeIndex(queries.archive, rules);
  const recovered = taken ?? rebuildStream(opening.readings, rules, remembered);
  if (!isServed(recovered)) return recovered;
  const opened = countSubjects(recovered, opening);
  if (rules.takesCutWheel && opening.config['allow_msg_ttl'] === true && isEndlessWheel(queries.archive))
    return neverReady('thw.db claims more entries than the server counts through in hours', isStart);
  const panic = panicOnScan(opened, opening);
  if (panic !== null) return panic;
  if (!isServed(consumers)) return consumers;
  const limited = enforceLimits(opened, opening);
  if (!isServed(limited)) return limited;
  const at = rules.rewindsConsumers
    ? consumers.map((consumer) => rewindConsumer(consumer, limited.lastSeq))
    : consumers;
  const met = rules.panicsOnOverlongHeader
    ? (overlongCounted(limited, at, opening) ?? overlongSought(limited, opening))
    : null;
  if (met !== null) return panicsAtHeader(met);
  const walked = streamAfterWalks(limited, at, opening);
  if (!isServed(walked)) return walked;
  const cut = mergeRanges([limited.cut ?? NO_SEQUENCES, cutByWalks(limited, walked)]);
  return { opened, stream: walked, cut, mayLoseMore: false, consumers: at };
}

function cutByWalks(before: RecoveredStream, after: RecoveredStream): SequenceRanges {
  if (before === after) return NO_SEQUENCES;
  const [known, left] = [new Set(before.blocks), new Set(after.blocks)];
  const changed = before.blocks.filter((block) => !left.has(block));
  const kept = after.blocks.filter((block) => !known.has(block));
  const ofBlocks = (blocks: readonly RecoveredBlock[]): SequenceRanges =>
    mergeRanges(blocks.map(({ live }) => unpackRanges(live)));
  return subtractRanges(ofBlocks(changed), ofBlocks(kept));
}
