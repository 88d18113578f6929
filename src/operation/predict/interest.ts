import { textField, type JsonValue } from '../../core/json.ts';
import { unpackRanges } from '../../core/packed-ranges.ts';
import { mergeRanges, rangesOf, type SequenceRanges } from '../../core/sequence-ranges.ts';
import { subjectMatches } from '../../core/subject.ts';
import type { ConsumerArchive } from '../../model/stream-archive.ts';
import { removeMessages } from './rebuild-stream.ts';
import type { RecordQueries } from './record-queries.ts';
import type { RecoveredStream } from './recovered.ts';
import type { ServerRules } from './server-rules.ts';

/** A consumer as a server asks it whether a message is still wanted. */
interface Interest {
  readonly isExplicit: boolean;
  readonly filters: readonly string[];
  readonly floorSeq: bigint;
  readonly deliveredSeq: bigint;
  readonly pending: ReadonlySet<bigint>;
  readonly redelivered: ReadonlySet<bigint>;
}

/** Removes from an interest stream what every consumer has acknowledged (server: checkForOrphanMsgs). */
export function enforceInterest(
  stream: RecoveredStream,
  queries: RecordQueries,
  consumers: readonly ConsumerArchive[],
  rules: ServerRules,
): RecoveredStream {
  const interests = consumers.map(interestOf);
  const acknowledging = interests.filter((one) => one.floorSeq <= stream.lastSeq);
  const upTo = acknowledging.reduce(
    (highest, { floorSeq, deliveredSeq }) =>
      [highest, floorSeq, deliveredSeq].reduce((a, b) => (a > b ? a : b)),
    0n,
  );
  const touched = stream.blocks.filter((block) => block.firstSeq <= upTo);
  const gone = queries.once(`interest, ${rules.interest}`, stream, () => {
    const unwanted: bigint[] = [];
    queries.eachRecord(touched, ({ seq, subject }) => {
      const text = Buffer.from(subject, 'latin1').toString();
      const isUnwanted = acknowledging.some(
        (one) =>
          isAcknowledged(one, seq, text, rules) &&
          interests.every(
            (other) => (other === one && rules.interest !== 'own') || !isWanted(other, seq, text),
          ),
      );
      if (isUnwanted) unwanted.push(seq);
    });
    return rangesOf(BigUint64Array.from(unwanted));
  });
  return gone.length === 0 ? stream : removeMessages(stream, gone);
}

/**
 * A consumer that does not come up takes with it what no consumer before it wants; the first one takes everything
 * (server: cleanupNoInterestMessages).
 */
export function dropWithConsumer(
  stream: RecoveredStream,
  queries: RecordQueries,
  before: readonly ConsumerArchive[],
): RecoveredStream {
  const wanting = before.map(interestOf);
  const gone = wanting.length === 0 ? allOf(stream) : unwantedBy(wanting, stream, queries);
  return gone.length === 0 ? stream : removeMessages(stream, gone);
}

function allOf(stream: RecoveredStream): SequenceRanges {
  return mergeRanges(stream.blocks.map((block) => unpackRanges(block.live)));
}

function unwantedBy(
  wanting: readonly Interest[],
  stream: RecoveredStream,
  queries: RecordQueries,
): SequenceRanges {
  const gone: bigint[] = [];
  queries.eachRecord(stream.blocks, ({ seq, subject }) => {
    const text = Buffer.from(subject, 'latin1').toString();
    if (!wanting.some((one) => isWanted(one, seq, text))) gone.push(seq);
  });
  return rangesOf(BigUint64Array.from(gone));
}

function interestOf({ config, state }: ConsumerArchive): Interest {
  const policy = config?.['ack_policy'];
  const filter = textField(config ?? {}, 'filter_subject') ?? '';
  const listed: readonly JsonValue[] = Array.isArray(config?.['filter_subjects'])
    ? config['filter_subjects']
    : [];
  return {
    isExplicit: policy === 'explicit',
    filters: [filter, ...listed].filter((one): one is string => typeof one === 'string' && one !== ''),
    floorSeq: state?.ackFloor.streamSeq ?? 0n,
    deliveredSeq: state?.delivered.streamSeq ?? 0n,
    pending: new Set(state?.pending.streamSeqs),
    redelivered: new Set(state?.redelivered.streamSeqs),
  };
}

function selects({ filters }: Interest, subject: string): boolean {
  return filters.length === 0 || filters.some((filter) => subjectMatches(filter, subject));
}

/** Whether a consumer itself lets go of a message at the start. */
function isAcknowledged(one: Interest, seq: bigint, subject: string, rules: ServerRules): boolean {
  if (rules.interest !== 'all' && !selects(one, subject)) return false;
  if (seq <= one.floorSeq) return true;
  if (rules.interest === 'floor') return false;
  return one.pending.size > 0 && seq <= one.deliveredSeq && !one.pending.has(seq);
}

function isWanted(one: Interest, seq: bigint, subject: string): boolean {
  if (!selects(one, subject)) return false;
  if (one.redelivered.has(seq)) return true;
  if (seq <= one.floorSeq) return false;
  return !one.isExplicit || seq > one.deliveredSeq || one.pending.has(seq);
}
