import type { StreamEvidence } from '../../check/stream-evidence.ts';
import type { OpenContainer } from '../../container/entry.ts';
import type { Finding } from '../../findings/finding.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { MissingMessages } from '../loss/stream-losses.ts';
import type { Prediction } from '../types.ts';
import { readBlocks, takenReadings } from './files/read-blocks.ts';
import { servedLosses } from './losses.ts';
import { RecordQueries } from './records/record-queries.ts';
import { isServed, type NotServed } from './rules/recovered.ts';
import { refusedByClient } from './refused-by-client.ts';
import { namesDiffer, restoreStream } from './restore.ts';
import { revivedMessages } from './revived.ts';
import { SERVER_RULES, type ServerRules } from './rules/server-rules.ts';
import { startStream, type ServedStream, type Surroundings } from './start.ts';
import { laterReads, type LaterRead } from './walks/later-reads.ts';

/**
 * What each server generation would make of a stream kept as files, at the time and place of `around`. `missing`: what is lost, or not where it should be.
 * Throws SourceError.
 */
export function predictFileStream(
  evidence: StreamEvidence,
  missing: MissingMessages,
  findings: readonly Finding[],
  around: Surroundings & { readonly container: Pick<OpenContainer, 'kind'> },
): Prediction[] {
  const { archive, results } = evidence;
  const { parts } = archive;
  if (parts.inPlaceOf !== undefined) return [];
  const how = parts.form === 'store' ? 'start' : 'restore';
  const refusal = refusedByClient(archive, around.container) ?? refusedPacking(archive);
  if (refusal !== null) {
    const refused: NotServed = { outcome: 'refused', reason: refusal };
    return SERVER_RULES.map((rules) => notServed(rules.server, how, refused));
  }
  if (parts.form !== 'store' && parts.form !== 'v1') return [];
  const readings = readBlocks(archive, results);
  const queries = new RecordQueries(evidence);
  return SERVER_RULES.map((rules) => {
    const given = { queries, readings, rules, atNs: around.atNs };
    const result =
      how === 'start'
        ? startStream(given, parts, around.isStandalone)
        : restoreStream(given, parts, findings);
    if (!isServed(result)) return notServed(rules.server, how, result);
    const later = laterReads(result.stream, evidence, { ...given, readings: takenReadings(readings, rules) });
    return prediction(rules, how, result, evidence, lossOf(result, evidence, missing, later));
  });
}

/** Why every server refuses the data of a backup, whatever is in it. */
function refusedPacking({ parts }: StreamArchive): string | null {
  const packed = parts.findings.find(({ code }) => code === 'SNAP_NOT_S2')?.data?.['packed'];
  if (packed === undefined) return null;
  return `the snapshot is a tar${packed === 'gzip' ? ' in gzip' : ''}, and servers take S2`;
}

/** What servers make of a backup without data of its stream: the file is none, or that of another stream. */
export function predictWithoutData({ parts }: StreamArchive): Prediction[] {
  const none = parts.findings.find(({ code }) => code === 'SRC_EMPTY' || code === 'SNAP_UNRECOGNIZED');
  if (none !== undefined && parts.manifest !== null)
    return refusedByAll(`the snapshot is none (${none.code})`);
  const data = parts.findings.find(({ code }) => code === 'MAN_NAME_MISMATCH')?.data;
  if (data === undefined || parts.manifest === null) return [];
  return refusedByAll(namesDiffer(String(data['manifest']), String(data['meta'])));
}

function refusedByAll(reason: string): Prediction[] {
  return SERVER_RULES.map(({ server }) => notServed(server, 'restore', { outcome: 'refused', reason }));
}

function prediction(
  { server }: ServerRules,
  how: Prediction['how'],
  result: ServedStream,
  evidence: StreamEvidence,
  reason: string | null,
): Prediction {
  const { stream, consumers } = result;
  return {
    server,
    how,
    outcome: reason === null ? 'whole' : 'loss',
    messages: stream.messages,
    first_seq: stream.firstSeq,
    last_seq: stream.lastSeq,
    consumers: consumers.map((consumer) => consumer.name).toSorted(),
    revived_messages: revivedMessages(result, evidence),
    reason,
  };
}

/** Of a stream that a server does not serve. */
export const NOTHING_SERVED = {
  messages: 0n,
  first_seq: 0n,
  last_seq: 0n,
  consumers: [],
  revived_messages: 0n,
} as const satisfies Partial<Prediction>;

function notServed(
  server: Prediction['server'],
  how: Prediction['how'],
  { outcome, reason }: NotServed,
): Prediction {
  return { server, how, outcome, ...NOTHING_SERVED, reason };
}

/** What a server loses at the start, or once it reads its blocks; null: nothing. */
export function lossOf(
  served: ServedStream,
  evidence: StreamEvidence,
  missing: MissingMessages,
  later: readonly LaterRead[],
): string | null {
  const { lost, unread, cut, cutBlocks } = servedLosses(served, evidence, missing, later);
  const more = served.mayLoseMore ? ', and one more if a consumer that filters is asked first' : '';
  const read = cutBlocks === 1 ? 'the block is' : 'the blocks are';
  const losses = [
    [lost, `lost${more}`],
    [unread, null],
    [cut, `cut off once ${read} read`],
  ] as const;
  const told = losses
    .filter(([messages]) => messages > 0n)
    .map(([messages, what], i) => counted(messages, i === 0, what));
  const ends = later.some(({ isEndless }) => isEndless) ? '; the server ends once the block is read' : '';
  if (told.length > 0) return `${joined(told)}${ends}`;
  const there = new Set(served.consumers.map(({ name }) => name));
  const gone = evidence.archive.consumers.filter(({ name }) => !there.has(name));
  return gone.length === 0 ? null : `consumers are lost: ${gone.map((consumer) => consumer.name).join(' ')}`;
}

/** `what`: null where they cannot be read. */
function counted(messages: bigint, isFirst: boolean, what: string | null): string {
  const isOne = messages === 1n;
  const noun = isFirst ? (isOne ? 'message' : 'messages') : 'more';
  return `${messages} ${noun} ${what === null ? 'cannot be read' : `${isOne ? 'is' : 'are'} ${what}`}`;
}

function joined(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length === 1 ? last : `${parts.slice(0, -1).join(', ')}, and ${last}`;
}

/** How many messages a server loses, in words. */
export function lostReason(messages: bigint): string {
  return counted(messages, true, 'lost');
}
