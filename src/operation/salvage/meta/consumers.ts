import { plural } from '../../../core/plural.ts';
import { integerField, textField } from '../../../core/json.ts';
import { parseConsumerMeta } from '../../../format/consumer-meta/parse.ts';
import { consumerConfigFaults, withoutFaults } from '../../../format/config-schema/check.ts';
import { startConflict, withoutStart } from '../../../format/config-schema/start-position.ts';
import { parseTimeNs } from '../../../core/time.ts';
import type { Mark } from '../../../findings/catalog-entry.ts';
import { hasMark } from '../../../findings/marks.ts';
import { consumerStateFaults, parseConsumerState } from '../../../format/consumer-state/parse.ts';
import { writeConsumerState } from '../../../format/consumer-state/write.ts';
import { pendingOf, redeliveredOf } from '../../../format/consumer-state/rows.ts';
import type { ConsumerState } from '../../../format/consumer-state/types.ts';
import type { ConsumerArchive } from '../../../model/stream-archive.ts';
import type { NoteCode } from '../loss-codes.ts';
import { mendMeta } from './mend-meta.ts';
import type { SalvagedStream } from '../stream/salvaged-stream.ts';
import { eachMessage, type SurveyOptions } from '../blocks/each-message.ts';
import type { RepairNote } from '../types.ts';

/** Consumers as they are written, and what had to be changed. */
export interface RepairedConsumers {
  readonly consumers: readonly ConsumerArchive[];
  readonly notes: readonly RepairNote[];
}

/** Where the stream stands that they read. */
export interface StreamPlace {
  readonly name: string;
  readonly firstSeq: bigint;
  readonly lastSeq: bigint;
}

/**
 * Keeps what is whole. A consumer whose position is broken is set back to a floor from which it misses nothing: what it
 * had acknowledged before may come again.
 */
export async function repairConsumers(
  sources: readonly SalvagedStream[],
  place: StreamPlace,
  options: SurveyOptions,
): Promise<RepairedConsumers> {
  const notes: RepairNote[] = [];
  const consumers: ConsumerArchive[] = [];
  const account = sources[0]?.archive.account ?? null;
  for (const name of namesOf(sources)) {
    const copies = sources.flatMap((source) =>
      source.archive.consumers
        .filter((consumer) => consumer.name === name)
        .map((consumer) => ({ source, consumer })),
    );
    const note = (code: NoteCode, text: string, loss: boolean): number =>
      notes.push({ code, account, stream: place.name, consumer: name, text, loss });
    const [own] = copies;
    const configured = own === undefined ? null : configuredOf(own, copies, note);
    if (own === undefined || configured === null) {
      note('CON_META_CORRUPT', 'its configuration cannot be read: it was left out', true);
      continue;
    }
    const state = await stateOf(own, copies, configured, place, options, note);
    const named = underFolderName(configured, note);
    consumers.push({ ...named, state: state === null ? null : withinStream(state, place, note) });
  }
  const fewer = consumersNotFound(sources, consumers.length + notes.filter(isLeftOut).length);
  if (fewer !== null) notes.push({ ...fewer, account, stream: place.name });
  return { consumers, notes };
}

function isLeftOut({ code }: RepairNote): boolean {
  return code === 'CON_META_CORRUPT';
}

/** Of a damaged snapshot consumers may be gone whole; of a sound one those are missing that are kept in memory. */
function consumersNotFound(
  [own]: readonly SalvagedStream[],
  found: number,
): Pick<RepairNote, 'code' | 'text' | 'loss'> | null {
  if (own === undefined || own.archive.form === 'v2') return null;
  const declared = own.archive.manifest?.state?.consumerCount ?? 0;
  if (declared <= found) return null;
  const loss = hasMark(own.findings, 'carrier');
  const text = `backup.json counts ${plural(declared, 'consumer')}, ${found} ${found === 1 ? 'is' : 'are'} there: those kept in memory are in no backup${loss ? ', others are lost' : ''}`;
  return { code: 'DECL_CONSUMERS_FEWER', text, loss };
}

interface ConsumerCopy {
  readonly source: SalvagedStream;
  readonly consumer: ConsumerArchive;
}

type TakeNote = (code: NoteCode, text: string, loss: boolean) => void;

function namesOf(sources: readonly SalvagedStream[]): string[] {
  return [...new Set(sources.flatMap(({ archive }) => archive.consumers.map(({ name }) => name)))].toSorted();
}

/** The consumer with a configuration: its own where that is whole or can be mended, else another copy's. */
function configuredOf(
  own: ConsumerCopy,
  copies: readonly ConsumerCopy[],
  note: TakeNote,
): ConsumerArchive | null {
  const { archive } = own.source;
  const { consumer } = own;
  if (isConfigWhole(own)) return consumer;
  const keyName = `${archive.name}/${consumer.name}`;
  const mended = mendMeta(archive, `obs/${consumer.name}/`, keyName, parseConsumerMeta);
  if (mended !== null) {
    note('META_MENDED', mended.said, false);
    const { created, config } = mended.meta;
    return { ...consumer, created, config };
  }
  const whole = copies.find(isConfigWhole);
  if (whole !== undefined) {
    note('META_FROM_OTHER', `its configuration is that of ${pathOf(whole)}`, false);
    return whole.consumer;
  }
  if (consumer.config === null) return null;
  const known = withoutFaults(consumer.config, consumerConfigFaults);
  const config = startConflict(known) === null ? known : withoutStart(known);
  const isLess = Object.keys(config).length < Object.keys(consumer.config).length;
  const what = isLess ? 'fields that no server accepts were left out' : 'it was taken as it is';
  if (archive.form === 'v2') note('V2_CONSUMER_CORRUPT', `its configuration is damaged: ${what}`, isLess);
  else note('CON_SUM_MISMATCH', `its meta.inf does not fit its sum: ${what}`, isLess);
  return { ...consumer, config };
}

function pathOf({ source, consumer }: ConsumerCopy): string {
  return source.pathOf?.(consumer.label) ?? consumer.label;
}

/** Nothing vouches for that of a V2 archive: it is not whole where no server accepts it. */
function isConfigWhole(copy: ConsumerCopy): boolean {
  const { config } = copy.consumer;
  if (config === null || hasFinding(copy, 'consumer-config')) return false;
  if (copy.source.archive.form !== 'v2') return true;
  return consumerConfigFaults(config).length === 0 && startConflict(config) === null;
}

/** A folder that was copied, or holds the meta.inf of another consumer: its position is that of the folder. */
function underFolderName(consumer: ConsumerArchive, note: TakeNote): ConsumerArchive {
  const { name, config } = consumer;
  const fields = ['durable_name', 'name'].filter((field) => {
    const own = textField(config ?? {}, field) ?? '';
    return own !== '' && own !== name;
  });
  if (fields.length === 0) return consumer;
  const other = textField(config ?? {}, fields[0] ?? '');
  note(
    'CON_NAME_MISMATCH',
    `its configuration is that of ${other}: it was given the name of its folder`,
    true,
  );
  return { ...consumer, config: { ...config, ...Object.fromEntries(fields.map((field) => [field, name])) } };
}

async function stateOf(
  own: ConsumerCopy,
  copies: readonly ConsumerCopy[],
  configured: ConsumerArchive,
  place: StreamPlace,
  options: SurveyOptions,
  note: TakeNote,
): Promise<ConsumerState | null> {
  if (!isBroken(own)) {
    const { state } = own.consumer;
    // A snapshot has every consumer's position; a store only that of one which delivered something.
    if (state === null && own.source.archive.form === 'v1')
      note('CON_STATE_MISSING', 'its position is missing: it begins where its configuration says', true);
    const doubt = state === null ? null : doubtOf(own, copies, writeConsumerState(state));
    if (doubt !== null)
      note(
        doubt,
        `its position stands in a damaged ${doubt === 'GZIP_CORRUPT' ? 'gzip' : 'chunk'}: it was taken as it can be read`,
        true,
      );
    noteFurther(own, copies, note);
    return state;
  }
  const healer = copies.find((copy) => !isBroken(copy) && copy.consumer.state !== null);
  if (healer !== undefined) {
    note(
      'CON_STATE_CORRUPT',
      `its position is that of ${pathOf(healer)}: messages it acknowledged since may come again`,
      true,
    );
    return healer.consumer.state;
  }
  const floor = await safeFloor(configured, place, options);
  note(
    'CON_STATE_CORRUPT',
    `its position cannot be read: set back to sequence ${floor}, messages it acknowledged may come again`,
    true,
  );
  return positionAt(floor);
}

/** The position is that of the first archive: another one may be newer. */
function noteFurther(own: ConsumerCopy, copies: readonly ConsumerCopy[], note: TakeNote): void {
  let furthest = own;
  for (const copy of copies)
    if (!isBroken(copy) && isSameConsumer(own, copy) && reachOf(copy) > reachOf(furthest)) furthest = copy;
  if (furthest === own) return;
  note(
    'CON_BEHIND_OTHER',
    `its position is that of ${pathOf(own)}, delivered up to sequence ${reachOf(own)}; ${pathOf(furthest)} has it at ${reachOf(furthest)}: messages it acknowledged since come again`,
    false,
  );
}

/** One that was made anew under the name begins anew. */
function isSameConsumer({ consumer: one }: ConsumerCopy, { consumer: other }: ConsumerCopy): boolean {
  return one.created === null || other.created === null || one.created === other.created;
}

function reachOf({ consumer }: ConsumerCopy): bigint {
  return consumer.state?.delivered.streamSeq ?? 0n;
}

/** Also a position that contradicts itself so that it cannot be written: V2 archives have no checksum for it. */
function isBroken(copy: ConsumerCopy): boolean {
  const { state } = copy.consumer;
  if (hasFinding(copy, 'position')) return true;
  if (state === null) return false;
  return consumerStateFaults(state).length > 0 || !parseConsumerState(writeConsumerState(state)).ok;
}

/** What is wrong around a position; null where nothing is, or where a copy that stands well says the same. */
function doubtOf(own: ConsumerCopy, copies: readonly ConsumerCopy[], position: Uint8Array): NoteCode | null {
  const doubt = doubtIn(own);
  const isProven = copies.some(
    (copy) =>
      doubtIn(copy) === null &&
      copy.consumer.state !== null &&
      Buffer.compare(writeConsumerState(copy.consumer.state), position) === 0,
  );
  return isProven ? null : doubt;
}

function doubtIn({ source, consumer }: ConsumerCopy): NoteCode | null {
  return source.doubtfulPositions.get(consumer.name) ?? null;
}

function hasFinding({ source, consumer }: ConsumerCopy, mark: Mark): boolean {
  return hasMark(
    source.archive.findings.filter((finding) => finding.consumer === consumer.name),
    mark,
  );
}

function positionAt(streamSeq: bigint): ConsumerState {
  const position = { consumerSeq: 0n, streamSeq };
  const none = new BigUint64Array(0);
  return {
    ackFloor: position,
    delivered: position,
    pending: { streamSeqs: none, consumerSeqs: none, deliveredTimesSec: new BigInt64Array(0) },
    redelivered: { streamSeqs: none, counts: none },
  };
}

/** The last sequence that the consumer can never have been owed, by its policy and the time it was made. */
async function safeFloor(
  consumer: ConsumerArchive,
  place: StreamPlace,
  options: SurveyOptions,
): Promise<bigint> {
  const config = consumer.config ?? {};
  const beforeAll = place.firstSeq > 0n ? place.firstSeq - 1n : 0n;
  const policy = textField(config, 'deliver_policy');
  if (policy === 'by_start_sequence') {
    const start = integerField(config, 'opt_start_seq') ?? 1n;
    return start > place.lastSeq ? place.lastSeq : start - 1n > beforeAll ? start - 1n : beforeAll;
  }
  if (policy !== 'new' && policy !== 'by_start_time') return beforeAll;
  const since = policy === 'new' ? consumer.created : textField(config, 'opt_start_time');
  const sinceNs = parseTimeNs(since ?? '');
  if (sinceNs === null) return beforeAll;
  let floor = beforeAll;
  await eachMessage(options, ({ seq, timeNs }) => {
    if (timeNs < sinceNs) floor = seq;
  });
  return floor;
}

/** A position behind the stream's end would leave out the next messages. */
function withinStream(state: ConsumerState, { lastSeq }: StreamPlace, note: TakeNote): ConsumerState {
  if (state.delivered.streamSeq <= lastSeq) return state;
  note(
    'CON_AHEAD_OF_STREAM',
    `its position was behind the stream's end: pulled back to sequence ${lastSeq}`,
    false,
  );
  const lower = (seq: bigint): bigint => (seq < lastSeq ? seq : lastSeq);
  const isInside = (seq: bigint): boolean => seq <= lastSeq;
  return {
    ackFloor: { ...state.ackFloor, streamSeq: lower(state.ackFloor.streamSeq) },
    delivered: { ...state.delivered, streamSeq: lastSeq },
    pending: pendingOf(state.pending, isInside),
    redelivered: redeliveredOf(state.redelivered, isInside),
  };
}
