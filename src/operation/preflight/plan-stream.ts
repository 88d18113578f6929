import { indexAge } from '../../check/index-vs-blocks.ts';
import type { StreamEvidence } from '../../check/stream-evidence.ts';
import type { FileStreamParts } from '../../container/entry.ts';
import { CATALOG } from '../../findings/catalog/index.ts';
import type { Finding } from '../../findings/finding.ts';
import { isMarked } from '../../findings/marks.ts';
import { isDamageOfLive, isOfDeleted } from '../../findings/status.ts';
import { isOnly } from '../../kernels/packed-faults.ts';
import type { PackedScan } from '../../kernels/types.ts';
import type { ConsumerArchive, StreamArchive } from '../../model/stream-archive.ts';
import { nameGiven } from '../predict/consumers.ts';
import { lossOf } from '../predict/predict.ts';
import { readBlocks, takenReadings, type BlockReading } from '../predict/read-blocks.ts';
import { RecordQueries } from '../predict/record-queries.ts';
import { isServed, liveMessages, type NotServed, type RecoveredBlock } from '../predict/recovered.ts';
import { refusedConsumer } from '../predict/refused-consumer.ts';
import type { ServerRules } from '../predict/server-rules.ts';
import { startStream, type ServedStream, type Surroundings } from '../predict/start.ts';
import type { CopyLosses } from '../salvage/copy-losses.ts';
import { deletedSteps } from './deleted-messages.ts';
import { oldIndexSteps } from './leftovers.ts';
import { countRanges } from '../stream-losses.ts';
import type { PreflightStep, PreflightStream } from './types.ts';

/** What is lost already; `missing`: how many messages, with those that a cut took; `found`: all that tells of losses. */
export interface KnownLosses extends CopyLosses {
  readonly missing: bigint;
  readonly found: readonly Finding[];
}

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
  const orphan = assigned === false ? [orphanStep(parts.label)] : [];
  if (!isServed(result)) return { ...base, ...notServed(result, parts.label, orphan) };
  const reason = lossOf(result, evidence, losses.missing);
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
      ...doubtSteps(losses, parts.label),
      ...deletedSteps(result, evidence, rules, parts.label),
      ...blockSteps(result, evidence, readings, losses.found, reason !== null),
      ...astraySteps(result, losses.found),
      ...oldIndexSteps(parts, rules),
      ...consumerSteps(result, evidence, rules),
      ...positionSteps(result, evidence),
      ...limitSteps(result, parts.label),
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

function indexSteps(
  { opened }: ServedStream,
  evidence: StreamEvidence,
  parts: FileStreamParts,
  rules: ServerRules,
  bytes: number,
): PreflightStep[] {
  if (evidence.archive.blocks.length === 0 && evidence.archive.index === null)
    return [
      {
        do: 'rebuild-index',
        severity: 'warning',
        file: parts.label,
        reason: CATALOG.BLK_NONE.title,
      },
    ];
  if (opened.isIndexed || bytes === 0) return [];
  const file = parts.entries.find((entry) => entry.path === 'msgs/index.db');
  const { index, indexStanding } = evidence.archive;
  const age = indexAge(evidence.archive, evidence.sets);
  const why = {
    none: file === undefined ? 'there is no index.db' : 'index.db cannot be read',
    stale: CATALOG[age ?? 'IDX_STALE'].title,
    'block-missing': 'index.db lists a block that is gone',
    current: 'index.db contradicts itself',
  }[indexStanding];
  const isUnknown = index !== null && index.version > rules.indexVersion;
  const reason = isUnknown ? `index.db has version ${index.version}, which the server does not know` : why;
  // One that is missing, or older than the blocks, is what a kill leaves.
  const isHit = (file !== undefined && index === null) || (age !== null && age !== 'IDX_STALE');
  const severity = isHit ? 'warning' : 'info';
  return [{ do: 'rebuild-index', severity, file: file?.label ?? null, bytes, reason }];
}

/** Blocks that are not there, which the server finds out once a consumer looks into them. */
function missingSteps({ opened, stream }: ServedStream): PreflightStep[] {
  const found = new Set(
    stream.blocks.filter(({ flaw }) => flaw === undefined).map(({ block }) => block.index),
  );
  return opened.blocks
    .filter(({ flaw, block }) => flaw === 'missing' && found.has(block.index))
    .map(({ block, messages }) => ({
      do: 'remove-messages',
      severity: 'critical',
      file: block.entry.label,
      messages,
      reason: 'index.db lists the block, and it is missing',
    }));
}

/** What nothing proves lost or deleted, and a server takes for deleted. */
function doubtSteps({ suspected, missing, messages: lost }: KnownLosses, file: string): PreflightStep[] {
  const behind = missing > lost ? 0n : countRanges(suspected.CON_AHEAD_OF_STREAM);
  const steps: (readonly [messages: bigint, why: string])[] = [
    [countRanges(suspected.BLK_NUMBER_MISSING), 'a block number is missing'],
    [behind, 'consumers were delivered them, and no block holds them'],
  ];
  return steps
    .filter(([messages]) => messages > 0n)
    .map(([messages, why]) => ({
      do: 'remove-messages',
      severity: 'warning',
      file,
      messages,
      reason: `up to as many: ${why}, and nothing tells that they were deleted before`,
    }));
}

/** Cut where a bad record begins, or removed where nothing is left to find. */
function blockSteps(
  { opened, stream }: ServedStream,
  { sets }: StreamEvidence,
  readings: readonly BlockReading[],
  found: readonly Finding[],
  hasLoss: boolean,
): PreflightStep[] {
  const recovered = new Map<number, RecoveredBlock>(
    [...opened.blocks, ...stream.blocks].map((block) => [block.block.index, block]),
  );
  return readings.flatMap(({ block, cutAtBytes, scan, isDecodable, isCompressed }): PreflightStep[] => {
    const file = block.entry.label;
    const own = recovered.get(block.index);
    if (own === undefined && !opened.isIndexed) {
      const reason = isDecodable ? 'nothing in it can be read' : 'it cannot be decompressed';
      const isEmpty = scan.messages === 0 && cutAtBytes === null && isDecodable;
      return [
        isEmpty
          ? {
              do: 'delete-block',
              severity: 'info',
              file,
              bytes: block.entry.sizeBytes,
              reason: 'it is empty',
            }
          : { do: 'delete-block', severity: 'critical', file, bytes: block.entry.sizeBytes, reason },
      ];
    }
    if (cutAtBytes === null || own?.readBytes !== cutAtBytes) return [];
    const reason = isCompressed
      ? `a bad record at offset ${cutAtBytes} of what it decodes to; what is cut there cannot be decoded again`
      : `a bad record at offset ${cutAtBytes}`;
    // What a crash left behind the last record is nothing; what stands behind a bad one may have told of deletes.
    const isTorn = isOnlyTorn(sets.find((set) => set.block.index === block.index)?.scan);
    const isUnknown = found.some((finding) => finding.file === file && isDamageOfLive(finding));
    const severity = hasLoss || isUnknown ? 'critical' : isTorn ? 'info' : 'warning';
    return [
      { do: 'cut-block', severity, file, bytes: Math.max(0, block.entry.sizeBytes - cutAtBytes), reason },
    ];
  });
}

/** With an index a server checks no sums, but goes by the lengths of records, also of deleted ones, once it reads a block. */
function astraySteps({ opened }: ServedStream, found: readonly Finding[]): PreflightStep[] {
  if (!opened.isIndexed) return [];
  return found
    .filter((finding) => finding.code === 'BLK_LENGTH_IMPLAUSIBLE' && isOfDeleted(finding))
    .map(({ file = null, offset = 0 }) => ({
      do: 'cut-block',
      severity: 'critical',
      file,
      reason: `a wrong length at offset ${offset}, in the record of a deleted message: not at the start, but once the server reads the block it goes astray there`,
    }));
}

/** Whether nothing is wrong with a block but that it ends within a record. */
function isOnlyTorn(scan: PackedScan | undefined): boolean {
  return scan === undefined || isOnly(scan.faults, 'tail');
}

function consumerSteps(
  { consumers }: ServedStream,
  { archive }: StreamEvidence,
  rules: ServerRules,
): PreflightStep[] {
  const there = new Set(consumers.map(({ name }) => name));
  return archive.consumers
    .filter(({ name }) => !there.has(name))
    .map((consumer) => ({
      do: 'drop-consumer',
      severity: 'critical',
      file: consumer.label,
      reason: whyDropped(consumer, archive, consumers, rules),
    }));
}

/** Consumers that come up, though not where they were. */
function positionSteps({ consumers }: ServedStream, { archive }: StreamEvidence): PreflightStep[] {
  const started = new Map(consumers.map((consumer) => [consumer.name, consumer]));
  const wrong = archive.findings.filter(
    ({ code, severity }) => severity === 'critical' && isMarked(code, 'position'),
  );
  const found = new Map(wrong.map((finding) => [finding.consumer ?? '', finding]));
  return [...found].flatMap(([name, { file = null }]): PreflightStep[] => {
    const own = started.get(name);
    if (own === undefined) return [];
    const reason =
      own.state === null
        ? `consumer ${name} comes up without its position, since its state cannot be read: what it acknowledged is delivered again, or (2.10) it is listed and not served`
        : `consumer ${name} goes on from a state that contradicts itself: messages are delivered again, or not at all`;
    return [{ do: 'misplace-consumer', severity: 'critical', file, reason }];
  });
}

function whyDropped(
  consumer: ConsumerArchive,
  archive: StreamArchive,
  others: readonly ConsumerArchive[],
  rules: ServerRules,
): string {
  const { name, config, state } = consumer;
  if (config === null) return `consumer ${name} cannot be read; its files stay`;
  if (nameGiven(consumer) !== name)
    return `the meta.inf of consumer ${name} is that of another one; its files stay`;
  const refusal = refusedConsumer(consumer, archive.config ?? {}, others, rules, true);
  if (refusal !== null) return `consumer ${name} is not taken: ${refusal}; its files stay`;
  return state === null && rules.brokenConsumer === 'deleted'
    ? `the state of consumer ${name} cannot be read: the server deletes it`
    : `consumer ${name} cannot be read; its files stay`;
}

/** What limits take, and what the server stores behind the end meanwhile. */
function limitSteps({ opened, stream, cutMessages }: ServedStream, file: string): PreflightStep[] {
  // An empty stream begins at its `first_seq`: nothing was stored below it.
  const isMoved = opened.lastSeq === 0n && stream.messages === 0n;
  const stored = stream.lastSeq > opened.lastSeq && !isMoved ? stream.lastSeq - opened.lastSeq : 0n;
  const removed = liveMessages(opened) + stored - stream.messages - cutMessages;
  const steps: PreflightStep[] = [
    {
      do: 'remove-messages',
      severity: 'warning',
      file,
      messages: removed,
      reason: 'limits, TTLs or acknowledgements',
    },
    {
      do: 'store-messages',
      severity: 'info',
      file,
      messages: stored,
      reason: 'delete markers, or what a schedule is due to publish',
    },
  ];
  return steps.filter(({ messages = 0n }) => messages > 0n);
}
