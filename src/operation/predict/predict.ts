import type { StreamEvidence } from '../../check/stream-evidence.ts';
import type { OpenContainer } from '../../container/entry.ts';
import { countSequences } from '../../core/sequence-ranges.ts';
import type { Finding } from '../../findings/finding.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { Prediction } from '../types.ts';
import { readBlocks, type BlockReading } from './files/read-blocks.ts';
import { RecordQueries } from './records/record-queries.ts';
import { isServed, type NotServed } from './rules/recovered.ts';
import { refusedByClient } from './refused-by-client.ts';
import { namesDiffer, restoreStream } from './restore.ts';
import { revivedMessages } from './revived.ts';
import { SERVER_RULES, type ServerRules } from './rules/server-rules.ts';
import { startStream, type ServedStream, type Surroundings } from './start.ts';
import { packedAway } from './walks/unreadable.ts';

/**
 * What each server generation would make of a stream kept as files, at the time and place of `around`. `lost`: as in `lossOf`.
 * Throws SourceError.
 */
export function predictFileStream(
  evidence: StreamEvidence,
  lost: bigint,
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
    return SERVER_RULES.map((rules) => prediction(rules, how, refused, evidence, lost, []));
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
    return prediction(rules, how, result, evidence, lost, readings);
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
  rules: ServerRules,
  how: Prediction['how'],
  result: ServedStream | NotServed,
  evidence: StreamEvidence,
  lost: bigint,
  readings: readonly BlockReading[],
): Prediction {
  const { server } = rules;
  if (!isServed(result)) return notServed(server, how, result);
  const { stream, consumers } = result;
  const reason = lossOf(result, evidence, lost, readings);
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

/** What a server loses; null: nothing. What limits take is no loss. `lost`: messages that are lost, or not where they should be. */
export function lossOf(
  { opened, stream, cutMessages, mayLoseMore, consumers }: ServedStream,
  { archive, served }: StreamEvidence,
  lost: bigint,
  readings: readonly BlockReading[],
): string | null {
  const missing = served.count + lost - (opened.messages - cutMessages);
  if (missing > 0n)
    return `${lostReason(missing)}${mayLoseMore ? ', and one more if a consumer that filters is asked first' : ''}`;
  const inPacked = packedAway(stream, readings);
  const unread = lost + countSequences(inPacked) - countSequences(served.missing(inPacked));
  if (unread > 0n) return `${unread} ${unread === 1n ? 'message' : 'messages'} cannot be read`;
  const there = new Set(consumers.map(({ name }) => name));
  const gone = archive.consumers.filter(({ name }) => !there.has(name));
  return gone.length === 0 ? null : `consumers are lost: ${gone.map((consumer) => consumer.name).join(' ')}`;
}

/** How many messages a server loses, in words. */
export function lostReason(messages: bigint): string {
  return messages === 1n ? '1 message is lost' : `${messages} messages are lost`;
}
