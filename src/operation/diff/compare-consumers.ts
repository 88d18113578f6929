import { mapSubject, type SubjectMapping } from '../../core/subject-map.ts';
import { formatTimeNs } from '../../core/time.ts';
import type { ConsumerState } from '../../format/consumer-state/types.ts';
import type { ConsumerArchive } from '../../model/stream-archive.ts';
import { settledState } from '../state/consumer-report.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { mapConsumerConfig } from '../write/subject-changes.ts';
import { valueChanges } from './compare-values.ts';
import type { Side } from './side.ts';
import type { ConsumerDiff, NotComparable, ValueChange } from './types.ts';

/** Consumers that only one side has, and those that differ, by name. */
export function consumerDiffs(
  a: Side,
  b: Side,
  mappings: readonly SubjectMapping[],
  skipped: ReadonlySet<NotComparable>,
): ConsumerDiff[] {
  if (skipped.has('consumers')) return [];
  const [byNameA, byNameB] = [a, b].map(
    (side) => new Map(side.archive.consumers.map((consumer) => [consumer.name, consumer])),
  );
  const names = [...new Set([...(byNameA?.keys() ?? []), ...(byNameB?.keys() ?? [])])].toSorted();
  return names.flatMap((name): ConsumerDiff[] => {
    const [own, other] = [byNameA?.get(name), byNameB?.get(name)];
    if (own === undefined || other === undefined) {
      const isMemory = (own ?? other)?.config?.['mem_storage'] === true;
      if (isMemory && skipped.has('consumers.memory')) return [];
      return [{ name, only_in: own === undefined ? 'b' : 'a', changes: [] }];
    }
    const changes = [
      ...createdChange(own, other, skipped),
      ...configChanges(own, other, mappings),
      ...(skipped.has('consumers.state') ? [] : stateChanges(own, a, other, b)),
    ];
    return changes.length === 0 ? [] : [{ name, only_in: null, changes }];
  });
}

function createdChange(
  a: ConsumerArchive,
  b: ConsumerArchive,
  skipped: ReadonlySet<NotComparable>,
): ValueChange[] {
  if (skipped.has('consumers.created') || a.created === b.created) return [];
  return [{ path: 'created', a: a.created, b: b.created }];
}

function configChanges(
  a: ConsumerArchive,
  b: ConsumerArchive,
  mappings: readonly SubjectMapping[],
): ValueChange[] {
  const changes = valueChanges(
    mapConsumerConfig(a.config ?? {}, (subject) => mapSubject(mappings, subject)),
    b.config ?? {},
  );
  return changes.map((change) => ({ ...change, path: `config.${change.path}` }));
}

function stateChanges(a: ConsumerArchive, sideA: Side, b: ConsumerArchive, sideB: Side): ValueChange[] {
  return valueChanges(stateValues(a, sideA), stateValues(b, sideB));
}

/** Where a consumer stands, as values. Deliveries are told to the second, which is all that files keep. */
function stateValues(consumer: ConsumerArchive, { archive, live }: Side): JsonObject {
  if (consumer.state === null) return {};
  const first = live?.first ?? null;
  const { delivered, ackFloor, pending, redelivered } = settledState(consumer.state, archive.config, first);
  const pair = (position: ConsumerState['delivered']): JsonObject => ({
    consumer_seq: position.consumerSeq,
    stream_seq: position.streamSeq,
  });
  return {
    delivered: pair(delivered),
    ack_floor: pair(ackFloor),
    num_ack_pending: pending.streamSeqs.length,
    num_redelivered: redelivered.streamSeqs.length,
    pending: bySequence(pending.streamSeqs, (i) => ({
      consumer_seq: pending.consumerSeqs[i] ?? 0n,
      delivered: formatTimeNs((pending.deliveredTimesSec[i] ?? 0n) * 1_000_000_000n),
    })),
    redelivered: bySequence(redelivered.streamSeqs, (i) => redelivered.counts[i] ?? 0n),
  };
}

function bySequence(seqs: BigUint64Array, valueAt: (i: number) => JsonValue): JsonObject {
  return Object.fromEntries(Array.from(seqs, (seq, i) => [String(seq), valueAt(i)]));
}
