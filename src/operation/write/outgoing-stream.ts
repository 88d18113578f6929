import { mustHaveName } from '../open/nameless.ts';
import { placeName } from '../../container/entries.ts';
import { ToolError, UsageError } from '../../core/error.ts';
import { objectField, textField, type JsonObject } from '../../core/json.ts';
import { isStreamName } from '../../core/name.ts';
import { plural } from '../../core/plural.ts';
import { mapSubject, parseSubjectMapping, type SubjectMapping } from '../../core/subject-map.ts';
import { consumerConfigFaults, streamConfigFaults, withoutFaults } from '../../format/config-schema/check.ts';
import type { ConsumerState } from '../../format/consumer-state/types.ts';
import { hasMark } from '../../findings/marks.ts';
import type { ConsumerArchive, StreamArchive } from '../../model/stream-archive.ts';
import { mapConsumerConfig, mapStreamConfig, type MapSubject } from './subject-changes.ts';
import type { SubjectRules } from './subject-rules.ts';
import { allChanges, bucketChange, subjectChange, type ChangeMessage } from './message-changes.ts';
import type { StreamContent } from '../content/content.ts';
import type { ChangeOptions, SliceReport } from './types.ts';

/** A stream as it is to be written. */
export interface OutgoingStream {
  readonly source: StreamArchive;
  readonly content: StreamContent;
  /** The account it is written for; null where nothing tells. */
  readonly account: string | null;
  readonly name: string;
  readonly created: string | null;
  readonly config: JsonObject;
  readonly consumers: readonly OutgoingConsumer[];
  /** null: messages stay as they are. */
  readonly change: ChangeMessage | null;
  /** What was asked for its subjects, and what of that has fitted so far. */
  readonly rules: SubjectRules;
  /** What was left out of its configuration, in words. */
  readonly notCarried: readonly string[];
  /** Where it is a part of a stream: which. */
  readonly slice?: SliceReport;
  /** What to write where its content is not what was presumed; absent: the same with the content as it is. */
  readonly instead?: () => Promise<OutgoingStream>;
}

/** A consumer as it is written. */
export interface OutgoingConsumer {
  readonly name: string;
  readonly created: string | null;
  readonly config: JsonObject;
  readonly state: ConsumerState | null;
}

/** How the subjects of a stream change: as asked for; else, where a bucket gets another name, as its clients need it. */
export function mappingsFor(
  source: Pick<StreamArchive, 'name'>,
  options: Pick<ChangeOptions, 'as' | 'mapSubjects'>,
): readonly SubjectMapping[] {
  const given = (options.mapSubjects ?? []).map(parseSubjectMapping);
  if (given.length > 0 || options.as === undefined) return given;
  const bucket = bucketOf(source.name);
  if (bucket === null) return [];
  const next = bucketOf(options.as);
  if (next?.prefix !== bucket.prefix)
    throw new UsageError(
      `${source.name} is a bucket: its new name begins with ${bucket.prefix} too, or --map-subject tells where its subjects go`,
    );
  const [from, to] = [bucket.name, next.name];
  return bucket.prefix === 'KV_'
    ? [parseSubjectMapping(`$KV.${from}.>=$KV.${to}.>`)]
    : [
        parseSubjectMapping(`$O.${from}.C.>=$O.${to}.C.>`),
        parseSubjectMapping(`$O.${from}.M.>=$O.${to}.M.>`),
      ];
}

function bucketOf(streamName: string): { readonly prefix: 'KV_' | 'OBJ_'; readonly name: string } | null {
  if (streamName.startsWith('KV_')) return { prefix: 'KV_', name: streamName.slice(3) };
  return streamName.startsWith('OBJ_') ? { prefix: 'OBJ_', name: streamName.slice(4) } : null;
}

/** Applies what the options change. Throws UsageError for a name or mapping that cannot be, ToolError without a configuration. */
export function outgoingStream(
  source: StreamArchive,
  content: StreamContent,
  options: ChangeOptions,
  extra: readonly ChangeMessage[] = [],
): OutgoingStream {
  const name = options.as ?? (source.name || (textField(options.config ?? {}, 'name') ?? ''));
  mustHaveName(name, source.parts);
  if (!isStreamName(name))
    throw new UsageError(`${name} is no stream name: no blanks and none of . * > / \\ may be in it`);
  const mappings = mappingsFor(source, options);
  const used = new Set<SubjectMapping>();
  const map: MapSubject = (subject) => mapSubject(mappings, subject, used);
  const own = options.config ?? knownConfig(source);
  if (own === null) {
    mustHaveName(source.name, source.parts);
    throw new ToolError(
      `${placeName(source.parts)}: no configuration (${source.form === 'v2' ? 'backup.json' : 'meta.inf, backup.json'}) can be read: give --config; natsarc repair makes one of what is left`,
    );
  }
  const [oldBucket, newBucket] = [bucketOf(source.name), bucketOf(name)];
  const isObjectStore = oldBucket?.prefix === 'OBJ_' && newBucket?.prefix === 'OBJ_' && mappings.length > 0;
  const config = { ...(options.config ?? mapStreamConfig(own, map)), name };
  return {
    source,
    content,
    account: source.account,
    name,
    created: source.created,
    config: placedConfig(config, options),
    consumers: options.noConsumers === true ? [] : outgoingConsumers(source, map),
    change: allChanges([
      ...(mappings.length > 0 ? [subjectChange(map)] : []),
      ...(isObjectStore ? [bucketChange(oldBucket.name, newBucket.name)] : []),
      ...extra,
    ]),
    rules: { given: options.mapSubjects === undefined ? [] : mappings, used },
    notCarried: missingOf(source, own, options),
  };
}

/** backup.json has no sum: what no server knows or accepts of it is damage, and would keep one from serving the stream. */
function knownConfig({ form, config }: StreamArchive): JsonObject | null {
  return config === null || form !== 'v2' ? config : withoutFaults(config, streamConfigFaults);
}

/** What of a stream's configuration, and of its consumers, is not `carried`. */
function missingOf(source: StreamArchive, carried: JsonObject, options: ChangeOptions): string[] {
  const own = options.config === undefined ? (source.config ?? {}) : {};
  const fields = Object.keys(own).filter((field) => !(field in carried));
  return [
    ...fields.map((field) => `${field} of its configuration: no server knows it, or accepts what it says`),
    ...(options.noConsumers === true ? [] : missingConsumers(source)),
  ];
}

function placedConfig(config: JsonObject, { replicas, cluster, tags = [] }: ChangeOptions): JsonObject {
  const placement = {
    ...objectField(config, 'placement'),
    ...(cluster === undefined ? {} : { cluster }),
    ...(tags.length === 0 ? {} : { tags }),
  };
  return {
    ...config,
    ...(replicas === undefined ? {} : { num_replicas: replicas }),
    ...(Object.keys(placement).length === 0 ? {} : { placement }),
  };
}

function missingConsumers(source: StreamArchive): string[] {
  const { consumers, manifest } = source;
  const left = consumers.filter((consumer) => !isAcceptable(consumer));
  const declared = manifest?.state?.consumerCount ?? 0;
  const missing = declared - consumers.length;
  return [
    ...left.map(
      ({ name, config }) =>
        `consumer ${name}: its configuration ${config === null ? 'cannot be read' : 'is one that no server accepts'}`,
    ),
    ...consumers
      .filter((consumer) => isAcceptable(consumer) && consumer.state === null)
      .flatMap((consumer) => missingPosition(consumer, source)),
    ...(missing > 0 ? [`${missing} of its ${plural(declared, 'consumer')}: nothing is there of them`] : []),
  ];
}

/** A store has no o.dat of a consumer that delivered nothing; a snapshot has it of each. */
function missingPosition({ name }: ConsumerArchive, { findings, form }: StreamArchive): string[] {
  const own = findings.filter(({ consumer }) => consumer === name);
  const what = hasMark(own, 'position')
    ? 'cannot be read'
    : form === 'v1' && own.some(({ code }) => code === 'CON_STATE_MISSING')
      ? 'is missing'
      : null;
  if (what === null) return [];
  return [
    `consumer ${name}: its position (o.dat) ${what}; it begins where its configuration says, and what it acknowledged may come again`,
  ];
}

/** One whose configuration cannot be read, or is none, cannot be restored and is left out; the source's findings tell of it. */
function outgoingConsumers(source: StreamArchive, map: MapSubject): OutgoingConsumer[] {
  return source.consumers.filter(isAcceptable).map(({ name, created, config, state }) => ({
    name,
    created,
    config: mapConsumerConfig(config, map),
    state,
  }));
}

function isAcceptable(consumer: ConsumerArchive): consumer is ConsumerArchive & { config: JsonObject } {
  const { config } = consumer;
  return config !== null && consumerConfigFaults(config).every(({ code }) => code !== 'CFG_SCHEMA_VIOLATION');
}
