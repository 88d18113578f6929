import type { FileStreamParts } from '../../container/entry.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { Prediction } from '../types.ts';
import { refusedConfig } from './accept-config.ts';
import { startedConsumers } from './consumers.ts';
import { enforceInterest } from './interest.ts';
import { enforceLimits } from './limits.ts';
import type { BlockReading } from './read-blocks.ts';
import { rebuildStream } from './rebuild-stream.ts';
import { isServed, type NotServed, type RecoveredStream } from './recovered.ts';
import type { ServerRules } from './server-rules.ts';
import { takeIndex } from './take-index.ts';

/** What a server of one generation makes of a stream's folder when it starts. */
export function predictStart(
  archive: StreamArchive,
  parts: FileStreamParts,
  readings: readonly BlockReading[],
  rules: ServerRules,
  atNs: bigint,
): Prediction {
  const refusal = refusedConfig(archive, parts, rules);
  if (refusal !== null) return notServed(rules, 'start', refusal);
  const stream = openStream(archive, readings, rules, atNs);
  if (!isServed(stream)) return notServed(rules, 'start', stream);
  const consumers = startedConsumers(archive, parts, rules);
  if (!isServed(consumers)) return notServed(rules, 'start', consumers);
  const kept = enforceInterest(stream, archive, consumers, rules);
  return served(
    rules,
    'start',
    kept,
    consumers.map((consumer) => consumer.name),
  );
}

export function openStream(
  archive: StreamArchive,
  readings: readonly BlockReading[],
  rules: ServerRules,
  atNs: bigint,
): RecoveredStream | NotServed {
  const { taken, remembered } = takeIndex(archive, rules);
  const opened = taken ?? rebuildStream(readings, rules, remembered);
  return isServed(opened) ? enforceLimits(opened, archive, rules, atNs) : opened;
}

export function notServed(rules: ServerRules, how: Prediction['how'], result: NotServed): Prediction {
  return {
    server: rules.server,
    how,
    ...result,
    messages: 0n,
    first_seq: 0n,
    last_seq: 0n,
    consumers: [],
  };
}

export function served(
  rules: ServerRules,
  how: Prediction['how'],
  stream: RecoveredStream,
  consumers: readonly string[],
): Prediction {
  return {
    server: rules.server,
    how,
    outcome: 'whole',
    messages: stream.messages,
    first_seq: stream.firstSeq,
    last_seq: stream.lastSeq,
    consumers: consumers.toSorted(),
    reason: null,
  };
}
