import type { BlockFile, StreamArchive } from '../../model/stream-archive.ts';
import type { StateNumbers } from '../../model/stream-state.ts';
import { consumerReports, type PendingFacts } from '../state/consumer-report.ts';
import { declaredStates } from '../state/declared-states.ts';
import { stateReport } from '../state/state-report.ts';
import type { BlockReport } from '../types.ts';
import type { InspectOptions, UnjudgedReport } from './types.ts';

/** What is told of a stream whether it can be read or not. */
export function baseReport(archive: StreamArchive): Omit<UnjudgedReport, 'state'> {
  return {
    name: archive.name,
    created: archive.created,
    config: archive.config,
    declared: declaredStates(archive, null),
    encrypted: archive.encrypted,
    blocks: archive.blocks.map((block) => emptyBlockReport(block)),
    consumers: consumerReports(archive, { live: null, total: null }),
  };
}

/** What a block's name and size tell. */
export function emptyBlockReport(block: BlockFile): BlockReport {
  return {
    index: block.index,
    bytes: block.entry.sizeBytes,
    compression: null,
    messages: null,
    first_seq: null,
    last_seq: null,
    num_deleted: null,
    tombstones: null,
  };
}

/** A stream with its state and what consumers are given yet. */
export function reportOf(
  archive: StreamArchive,
  state: StateNumbers,
  facts: PendingFacts,
  options: InspectOptions,
): UnjudgedReport {
  const consumerCount = archive.consumers.length;
  return {
    ...baseReport(archive),
    state: stateReport(state, { consumerCount, gaps: options.gaps === true }),
    consumers: consumerReports(archive, facts),
  };
}
