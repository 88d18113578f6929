import { integerField, objectField, textField, type JsonObject } from '../../../core/json.ts';
import { subjectMatches, subjectsOverlap } from '../../../core/subject.ts';
import { startConflict } from '../../../format/config-schema/start-position.ts';
import { replicasOf } from '../../../model/replicas.ts';
import { listenedSubjects } from '../../../model/listened-subjects.ts';
import type { ConsumerArchive } from '../../../model/stream-archive.ts';
import { filtersOf } from './pending-walk.ts';
import type { ServerRules } from '../rules/server-rules.ts';

/**
 * Why a server does not take a consumer into a stream, as it never had it: a configuration of another stream's
 * (checkConsumerCfg, addConsumerWithAssignment). null: it does. `others`: those it has taken before.
 */
export function refusedConsumer(
  consumer: ConsumerArchive,
  stream: JsonObject,
  others: readonly ConsumerArchive[],
  rules: ServerRules,
  isStart: boolean,
): string | null {
  const config = consumer.config ?? {};
  const replicas = integerField(config, 'num_replicas') ?? 0n;
  if (replicas > replicasOf(stream)) return 'it has more replicas than its stream';
  const most = integerField(stream, 'max_consumers') ?? 0n;
  if ((!isStart || rules.limitsConsumersAtStart) && most > 0n && BigInt(others.length) >= most)
    return `its stream takes ${most} ${most === 1n ? 'consumer' : 'consumers'}`;
  if (rules.consumerLimits && isBeyondLimits(config, stream))
    return 'it is beyond what its stream allows consumers';
  return (
    startConflict(config) ??
    refusedForSubjects(config, stream, rules.fitsFilters && !isStart) ??
    (stream['retention'] === 'workqueue' ? refusedByQueue(consumer, others, isStart) : null)
  );
}

function refusedForSubjects(config: JsonObject, stream: JsonObject, fitsFilters: boolean): string | null {
  const subjects = listenedSubjects(stream);
  const target = textField(config, 'deliver_subject') ?? '';
  if (target !== '' && subjects.some((subject) => subjectsOverlap(subject, target)))
    return 'it delivers into its own stream';
  return fitsFilters && !isFilterWithin(config, stream, subjects)
    ? 'its filter is no part of what the stream holds'
    : null;
}

function isBeyondLimits(config: JsonObject, stream: JsonObject): boolean {
  const limits = objectField(stream, 'consumer_limits') ?? {};
  return ['max_ack_pending', 'inactive_threshold'].some((field) => {
    const most = integerField(limits, field) ?? 0n;
    return most > 0n && (integerField(config, field) ?? 0n) > most;
  });
}

/** A work queue has each message taken by one consumer. */
function refusedByQueue(
  consumer: ConsumerArchive,
  others: readonly ConsumerArchive[],
  isStart: boolean,
): string | null {
  const { ack_policy: acks, deliver_policy: from } = consumer.config ?? {};
  if (acks !== 'explicit' && acks !== 'flow_control') return 'a work queue wants explicit acknowledgements';
  if ((from ?? 'all') !== 'all') return 'a work queue delivers all';
  if (others.length === 0) return null;
  const filters = filtersOf(consumer);
  if (filters.length === 0) return 'a work queue has one consumer without a filter at most';
  if (isStart) return null;
  const isTaken = others.some((other) =>
    filtersOf(other).some((filter) => filters.some((own) => subjectsOverlap(own, filter))),
  );
  return isTaken ? 'another consumer of the work queue takes the same subjects' : null;
}

/** Of a stream that is filled from others only the server knows their subjects. */
function isFilterWithin(config: JsonObject, stream: JsonObject, subjects: readonly string[]): boolean {
  const filter = textField(config, 'filter_subject') ?? '';
  if (filter === '' || stream['mirror'] !== undefined || stream['sources'] !== undefined) return true;
  return subjects.some(
    (subject) => covers(subject, filter) || (/[*>]/.test(filter) && covers(filter, subject)),
  );
}

/** Whether every subject that fits `narrow` fits `wide`. */
function covers(wide: string, narrow: string): boolean {
  return subjectMatches(wide, narrow) && (wide.endsWith('>') || !narrow.endsWith('>'));
}
