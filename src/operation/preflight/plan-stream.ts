import type { StreamEvidence } from '../../check/stream-evidence.ts';
import { placeName } from '../../container/entries.ts';
import type { FileStreamParts } from '../../container/entry.ts';
import { lossOf } from '../predict/predict.ts';
import { readBlocks, takenReadings } from '../predict/files/read-blocks.ts';
import { RecordQueries } from '../predict/records/record-queries.ts';
import { laterReads } from '../predict/walks/later-reads.ts';
import { isServed, type NotServed } from '../predict/rules/recovered.ts';
import type { ServerRules } from '../predict/rules/server-rules.ts';
import { startStream, type Surroundings } from '../predict/start.ts';
import { blockSteps, laterSteps } from './block-steps.ts';
import { consumerSteps, positionSteps } from './consumer-steps.ts';
import { deletedSteps } from './deleted-messages.ts';
import { indexSteps } from './index-steps.ts';
import { oldIndexSteps } from './leftovers.ts';
import { doubtSteps, limitSteps, missingSteps, type KnownLosses } from './message-steps.ts';
import type { PreflightStep, PreflightStream } from './types.ts';

/**
 * What a start makes of a stream, step by step. `assigned`: what the cluster says of it; `losses`: what is lost already.
 * Throws SourceError.
 */
export function planStream(
  evidence: StreamEvidence,
  parts: FileStreamParts,
  rules: ServerRules,
  around: Surroundings,
  assigned: boolean | null,
  losses: KnownLosses,
): PreflightStream {
  const { archive, results } = evidence;
  const readings = takenReadings(readBlocks(archive, results), rules);
  const given = { queries: new RecordQueries(evidence), readings, rules, atNs: around.atNs };
  const result = startStream(given, parts, around.isStandalone);
  const base = { account: archive.account, name: archive.name, assigned };
  const place = placeName(parts);
  const orphan = assigned === false ? [orphanStep(place)] : [];
  if (!isServed(result)) return { ...base, ...notServed(result, place, orphan) };
  const later = laterReads(result.stream, evidence, given);
  const reason = lossOf(result, evidence, losses.missing, later);
  const bytesToRead = result.opened.isIndexed
    ? 0
    : readings.reduce((sum, { block }) => sum + block.entry.sizeBytes, 0);
  const { stream } = result;
  return {
    ...base,
    outcome: reason === null ? 'whole' : 'loss',
    reason,
    messages: stream.messages,
    first_seq: stream.firstSeq,
    last_seq: stream.lastSeq,
    consumers: result.consumers.map((consumer) => consumer.name).toSorted(),
    index: result.opened.isIndexed ? 'taken' : 'rebuilt',
    bytes_to_read: bytesToRead,
    steps: [
      ...orphan,
      ...indexSteps(result, evidence, parts, rules, bytesToRead),
      ...missingSteps(result),
      ...doubtSteps(losses, place),
      ...deletedSteps(result, evidence, rules, place),
      ...blockSteps(result, evidence, readings, losses.found, reason !== null),
      ...laterSteps(later, losses.found),
      ...oldIndexSteps(parts, rules),
      ...consumerSteps(result, evidence, rules),
      ...positionSteps(result, evidence),
      ...limitSteps(result, place),
    ],
  };
}

/** Of a stream that is not served, or that nothing can be told of. */
export const NOTHING_TOLD = {
  messages: null,
  first_seq: null,
  last_seq: null,
  consumers: [],
  index: null,
  bytes_to_read: 0,
} as const satisfies Partial<PreflightStream>;

function orphanStep(file: string): PreflightStep {
  const reason =
    'the meta group does not list it: about 30 s after the start a cluster deletes it with its data';
  return { do: 'orphan-stream', severity: 'critical', file, reason };
}

function notServed(
  { outcome, reason, isDeleted }: NotServed,
  file: string,
  orphan: readonly PreflightStep[],
): Omit<PreflightStream, 'account' | 'name' | 'assigned'> {
  const action = isDeleted === true ? 'delete-stream' : 'leave-stream';
  const step: PreflightStep = {
    do: outcome === 'crash' ? 'end-server' : action,
    severity: 'critical',
    file,
    reason,
  };
  return {
    ...NOTHING_TOLD,
    outcome,
    reason,
    steps: [...orphan, step],
  };
}
