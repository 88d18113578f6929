import { rangesOf } from '../../../core/sequence-ranges.ts';
import type { ConsumerArchive } from '../../../model/stream-archive.ts';
import { filtersOf, fitsOne } from '../consumers/pending-walk.ts';
import { removeMessages } from '../rebuild/rebuild-stream.ts';
import type { RecordQueries } from '../records/record-queries.ts';
import type { RecoveredStream } from '../rules/recovered.ts';
import type { ServerRules } from '../rules/server-rules.ts';

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
  // Since 2.10 one whose ack floor is behind the stream's end is passed over.
  const acknowledging =
    rules.interest === 'all' ? interests : interests.filter((one) => one.floorSeq <= stream.lastSeq);
  const upTo = acknowledging.reduce(
    (highest, { floorSeq, deliveredSeq }) =>
      [highest, floorSeq, deliveredSeq].reduce((a, b) => (a > b ? a : b)),
    0n,
  );
  const touched = stream.blocks.filter((block) => block.firstSeq <= upTo);
  const question = `interest, ${rules.interest}, ${rules.rewindsConsumers}, ${stream.lastSeq}`;
  const gone = queries.once(question, stream, () => {
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
  return before.length === 0 ? purged(stream) : dropUnwanted(stream, queries, before, 0n);
}

function purged(stream: RecoveredStream): RecoveredStream {
  return { ...stream, blocks: [], messages: 0n, firstSeq: stream.lastSeq + 1n };
}

/** Takes out, from a sequence on, what none of some consumers wants. */
export function dropUnwanted(
  stream: RecoveredStream,
  queries: RecordQueries,
  consumers: readonly ConsumerArchive[],
  fromSeq: bigint,
): RecoveredStream {
  const wanting = consumers.map(interestOf);
  const gone: bigint[] = [];
  queries.eachRecord(stream.blocks, ({ seq, subject }) => {
    const text = Buffer.from(subject, 'latin1').toString();
    if (seq >= fromSeq && !wanting.some((one) => isWanted(one, seq, text))) gone.push(seq);
  });
  return gone.length === 0 ? stream : removeMessages(stream, rangesOf(BigUint64Array.from(gone)));
}

/** Up to where a consumer has acknowledged all; 0n where it has not begun. */
export function floorOf(consumer: ConsumerArchive | undefined): bigint {
  return consumer?.state?.ackFloor.streamSeq ?? 0n;
}

function interestOf(consumer: ConsumerArchive): Interest {
  const { config, state } = consumer;
  return {
    isExplicit: config?.['ack_policy'] === 'explicit',
    filters: filtersOf(consumer),
    floorSeq: state?.ackFloor.streamSeq ?? 0n,
    deliveredSeq: state?.delivered.streamSeq ?? 0n,
    pending: new Set(state?.pending.streamSeqs),
    redelivered: new Set(state?.redelivered.streamSeqs),
  };
}

/** Whether a consumer itself lets go of a message at the start. */
function isAcknowledged(one: Interest, seq: bigint, subject: string, rules: ServerRules): boolean {
  if (rules.interest !== 'all' && !fitsOne(one.filters, subject)) return false;
  if (seq <= one.floorSeq) return true;
  if (rules.interest === 'floor') return false;
  return one.pending.size > 0 && seq <= one.deliveredSeq && !one.pending.has(seq);
}

function isWanted(one: Interest, seq: bigint, subject: string): boolean {
  if (!fitsOne(one.filters, subject)) return false;
  if (one.redelivered.has(seq)) return true;
  if (seq <= one.floorSeq) return false;
  return !one.isExplicit || seq > one.deliveredSeq || one.pending.has(seq);
}
