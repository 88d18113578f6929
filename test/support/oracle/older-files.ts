import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { keyedSumHex } from '../../../src/codec/highwayhash.ts';
import { clipRanges, countSequences, hasSequence } from '../../../src/core/sequence-ranges.ts';
import { parseBlockIndex } from '../../../src/format/block-index/parse.ts';
import { writeBlockIndex } from '../../../src/format/block-index/write.ts';
import { parseConsumerState } from '../../../src/format/consumer-state/parse.ts';
import type { ConsumerState } from '../../../src/format/consumer-state/types.ts';
import { writeConsumerState } from '../../../src/format/consumer-state/write.ts';
import { writeIndex } from '../../../src/format/index/write.ts';
import { indexAt, rewindBlocks, storedIn, type Moment } from './moments.ts';
import type { Random } from '../random.ts';
import { CONSUMER_STATE, filesOf, INDEX, nameIn, type Mutation } from './stream-files.ts';

/** A moment before the last one; null where there is none. */
function momentOf(folder: string, random: Random): Moment | null {
  const stored = storedIn(folder);
  return stored.length < 2 ? null : (stored[random.below(stored.length - 1)] ?? null);
}

/** The index files of an older copy beside the blocks of today. */
export const olderIndexes: Mutation = (folder, random) => {
  const moment = momentOf(folder, random);
  if (moment === null || !rewindIndexes(folder, moment)) return 'nothing';
  return `older-index of message ${moment.seq}`;
};

/** The blocks of an older copy below the index files of today. */
export const olderBlocks: Mutation = (folder, random) => {
  const moment = momentOf(folder, random);
  if (moment === null) return 'nothing';
  rewindBlocks(folder, moment);
  return `older-blocks up to message ${moment.seq}`;
};

/** All messages of an older copy; consumers know of more. */
export const olderMessages: Mutation = (folder, random) => {
  const moment = momentOf(folder, random);
  if (moment === null || !rewindIndexes(folder, moment)) return 'nothing';
  rewindBlocks(folder, moment);
  return `older-messages up to ${moment.seq}`;
};

/** One o.dat of an older copy. */
export const olderConsumer: Mutation = (folder, random) => {
  const path = random.pick(filesOf(folder, CONSUMER_STATE));
  if (path === undefined || !rewindConsumer(join(folder, path), random)) return 'nothing';
  return `older-consumer ${dirname(path)}`;
};

/** meta.inf of an older copy: with its own sum, or with that of today. */
export const olderMeta: Mutation = (folder, random) => {
  const [path] = filesOf(folder, /^meta\.inf$/);
  if (path === undefined) return 'nothing';
  const text = readFileSync(join(folder, path), 'utf8');
  const name = nameIn(folder);
  const sum = join(folder, 'meta.sum');
  // Damaged before, or with settings that exclude others.
  if (existsSync(sum) && !statSync(sum).isFile()) return 'nothing';
  if (!text.endsWith('}') || text.includes('"allow_msg_counter":true')) return 'nothing';
  const [before, after] = random.pick(SETTINGS);
  const older = text.replace(before, after);
  if (older === text || name === null) return 'nothing';
  writeFileSync(join(folder, path), older);
  const hasOwnSum = random.below(4) > 0;
  if (hasOwnSum) writeFileSync(sum, keyedSumHex(name, Buffer.from(older)));
  return `older-meta ${after}${hasOwnSum ? '' : ', without its sum'}`;
};

const SETTINGS: readonly (readonly [RegExp, string])[] = [
  [/"max_msgs":-?\d+/, '"max_msgs":10'],
  [/"max_bytes":-?\d+/, '"max_bytes":2000'],
  [/"max_msgs_per_subject":-?\d+/, '"max_msgs_per_subject":2'],
  [/"max_msgs_per_subject":-?\d+/, '"max_msgs_per_subject":-1'],
  [/"max_age":\d+/, '"max_age":0'],
  [/"compression":"s2"/, '"compression":"none"'],
  [/"compression":"none"/, '"compression":"s2"'],
  [/"retention":"(?:interest|workqueue)"/, '"retention":"limits"'],
  [/"retention":"limits"/, '"retention":"interest"'],
  [/"allow_msg_ttl":true/, '"allow_msg_ttl":false'],
  [/"allow_msg_ttl":false/, '"allow_msg_ttl":true'],
  [/"subjects":\["/, '"subjects":["older.>","'],
  [/"discard":"old"/, '"discard":"new"'],
];

/** A copy made while the stream was written to: each file is of a moment of its own, and none of the last one. */
export const liveCopy: Mutation = (folder, random) => {
  const stored = storedIn(folder);
  const indexMoment = momentOf(folder, random);
  if (stored.length < 2 || indexMoment === null) return 'nothing';
  const hasIndexes = random.below(3) > 0 && rewindIndexes(folder, indexMoment);
  const ends = stored.filter(({ block, seq }) => block >= indexMoment.block && seq >= indexMoment.seq);
  const end = ends[random.below(ends.length)];
  if (end === undefined) return 'nothing';
  rewindBlocks(folder, end);
  const early = earlyIn(stored, end, random);
  if (early !== undefined) truncateSync(join(folder, `msgs/${early.block}.blk`), early.endBytes);
  const consumers = filesOf(folder, CONSUMER_STATE).filter(
    (path) => random.below(2) === 0 && rewindConsumer(join(folder, path), random),
  );
  return `live-copy ${hasIndexes ? `index of message ${indexMoment.seq}, ` : ''}blocks up to ${end.seq}, ${early === undefined ? '' : `${early.block}.blk up to ${early.seq}, `}${consumers.length} older consumers`;
};

/** Files go by name: `10.blk` is copied before `2.blk`, or a block before it was filled and the next one later. */
function earlyIn(stored: readonly Moment[], end: Moment, random: Random): Moment | undefined {
  const before = stored.filter(({ block }) => block < end.block);
  return random.below(3) === 0 ? before[random.below(before.length)] : undefined;
}

/** Whether there was any to rewind. */
function rewindIndexes(folder: string, moment: Moment): boolean {
  const [path] = filesOf(folder, INDEX);
  const name = nameIn(folder);
  if (path === undefined) return rewindBlockIndexes(folder, moment);
  const index = indexAt(readFileSync(join(folder, path)), storedIn(folder), moment);
  if (index === null || name === null) return false;
  writeFileSync(join(folder, path), writeIndex(index, name));
  return true;
}

/** Of 2.9: the `.idx` of the block of the moment; its `.fss` stays. */
function rewindBlockIndexes(folder: string, moment: Moment): boolean {
  const path = join(folder, `msgs/${moment.block}.idx`);
  const isThere = existsSync(path) && statSync(path).isFile();
  const parsed = isThere ? parseBlockIndex(readFileSync(path)) : null;
  const at = storedIn(folder).find(({ block, seq }) => block === moment.block && seq === moment.seq);
  if (parsed?.ok !== true || at === undefined || moment.seq < parsed.value.firstSeq) return false;
  const { value } = parsed;
  const deleted = clipRanges(value.deleted, value.firstSeq, moment.seq);
  const live = storedIn(folder).filter(
    ({ block, seq }) =>
      block === moment.block && seq >= value.firstSeq && seq <= moment.seq && !hasSequence(deleted, seq),
  );
  writeFileSync(
    path,
    writeBlockIndex({
      ...value,
      bytes: live.reduce((sum, { bytes }) => sum + BigInt(bytes), 0n),
      messages: moment.seq - value.firstSeq + 1n - countSequences(deleted),
      lastSeq: moment.seq,
      lastTimeNs: at.timeNs,
      deleted,
      lastChecksum: at.checksum,
    }),
  );
  return true;
}

function rewindConsumer(path: string, random: Random): boolean {
  const parsed = parseConsumerState(readFileSync(path));
  if (!parsed.ok || parsed.value.delivered.streamSeq === 0n) return false;
  writeFileSync(path, writeConsumerState(stateBefore(parsed.value, random)));
  return true;
}

/** As it was when fewer messages had been delivered; all of these were acknowledged, or the last ones not yet. */
function stateBefore({ delivered }: ConsumerState, random: Random): ConsumerState {
  const atMost = (most: bigint): bigint => BigInt(random.below(Number(most) + 1));
  const consumerSeq = atMost(delivered.consumerSeq);
  const streamSeq =
    consumerSeq === 0n ? 0n : consumerSeq < delivered.streamSeq ? consumerSeq : delivered.streamSeq;
  const floor = random.below(2) === 0 ? streamSeq : atMost(streamSeq);
  const waiting = Array.from({ length: Number(streamSeq - floor) }, (_, i) => floor + BigInt(i) + 1n);
  return {
    delivered: { consumerSeq, streamSeq },
    ackFloor: { consumerSeq: floor, streamSeq: floor },
    pending: {
      streamSeqs: BigUint64Array.from(waiting),
      consumerSeqs: BigUint64Array.from(waiting),
      deliveredTimesSec: BigInt64Array.from(waiting, () => 1_700_000_000n),
    },
    redelivered: { streamSeqs: new BigUint64Array(0), counts: new BigUint64Array(0) },
  };
}
