import type { FileStreamParts } from '../../container/entry.ts';
import type { JsonObject } from '../../core/json.ts';
import type { ConsumerArchive } from '../../model/stream-archive.ts';
import { refusedConfig } from './accept-config.ts';
import { startedConsumers } from './consumers.ts';
import { enforceInterest } from './interest.ts';
import { enforceLimits } from './limits.ts';
import type { BlockReading } from './read-blocks.ts';
import { rebuildStream } from './rebuild-stream.ts';
import type { RecordQueries } from './record-queries.ts';
import { isServed, type NotServed, type RecoveredStream } from './recovered.ts';
import type { ServerRules } from './server-rules.ts';
import { takeIndex } from './take-index.ts';
import { panicOnScan, walkBlocks } from './walked-blocks.ts';

/** A stream that a server serves. */
export interface ServedStream {
  readonly opened: RecoveredStream;
  /** After limits, TTLs and interest. */
  readonly stream: RecoveredStream;
  readonly consumers: readonly ConsumerArchive[];
}

/** What a server of one generation makes of a stream's folder when it starts. */
export function startStream(
  queries: RecordQueries,
  parts: FileStreamParts,
  readings: readonly BlockReading[],
  rules: ServerRules,
  atNs: bigint,
): ServedStream | NotServed {
  const { archive } = queries;
  const refusal = refusedConfig(archive, parts, rules);
  if (refusal !== null) return refusal;
  const consumers = startedConsumers(archive, parts, rules);
  return openStream(queries, archive.config ?? {}, consumers, readings, rules, atNs);
}

/** Opens the messages of a stream under a configuration, then its consumers. */
export function openStream(
  queries: RecordQueries,
  config: JsonObject,
  consumers: readonly ConsumerArchive[] | NotServed,
  readings: readonly BlockReading[],
  rules: ServerRules,
  atNs: bigint,
): ServedStream | NotServed {
  const { archive } = queries;
  const { taken, remembered } = takeIndex(archive, rules);
  const opened = taken ?? rebuildStream(readings, rules, remembered);
  if (!isServed(opened)) return opened;
  const panic = rules.panicsOnScan ? panicOnScan(opened, archive, config, readings) : null;
  if (panic !== null) return panic;
  if (!isServed(consumers)) return consumers;
  const limited = enforceLimits(opened, config, queries, rules, atNs);
  const walked = walkBlocks(limited, archive, config, consumers, readings, rules);
  if (!isServed(walked)) return walked;
  const isInterest = config['retention'] === 'interest' && consumers.length > 0;
  return {
    opened,
    stream: isInterest ? enforceInterest(walked, queries, consumers, rules) : walked,
    consumers,
  };
}
