import type { V2StreamParts } from '../../../container/entry.ts';
import { integerField, type JsonObject } from '../../../core/json.ts';
import { recordBytesOf } from '../../../format/block/record.ts';
import { messageTtlNs } from '../../../format/message-header/ttl.ts';
import { removalLimit } from '../../../model/removal-limits.ts';
import { readV2, type V2Message } from '../../../model/load-v2-stream.ts';
import type { StreamArchive } from '../../../model/stream-archive.ts';
import type { V2Messages } from '../../read/v2-messages.ts';

/** What a server keeps of the messages of a V2 archive. */
export interface KeptOfV2 {
  readonly messages: bigint;
  /** null: none is left. */
  readonly firstSeq: bigint | null;
  /** The first message that is larger than the stream takes, at which a restore ends; null: none is. */
  readonly tooLarge: bigint | null;
}

interface Limits {
  readonly hasTtl: boolean;
  readonly maxAgeNs: bigint;
  readonly perSubject: number;
  readonly messages: number;
  readonly bytes: number;
  readonly messageBytes: number;
}

interface Clock {
  readonly atNs: bigint;
  readonly signal: AbortSignal | undefined;
}

type Filter = (message: V2Message) => boolean;

/**
 * What the server stores while it restores, each message in turn, and what has expired by then. The messages are read again only
 * where a limit can bite: to count them by subject, to add up what is left then, and to find the oldest that stay. Throws SourceError,
 * CancelledError.
 */
export async function keptOfV2(
  { place, manifest }: StreamArchive,
  config: JsonObject,
  parts: V2StreamParts,
  { total, live }: V2Messages,
  { atNs, signal }: Clock,
): Promise<KeptOfV2> {
  const limits = limitsOf(config);
  const each = async (onMessage: (message: V2Message) => void): Promise<void> => {
    await readV2(parts, place, onMessage, { signal });
  };
  const isPerSubject =
    limits.perSubject > 0 &&
    total.messages > limits.perSubject &&
    manifest?.state?.numSubjects !== total.messages;
  const isEachWhole = !limits.hasTtl && !isPerSubject;
  const isOverAge = limits.maxAgeNs > 0n && total.firstTimeNs + limits.maxAgeNs <= atNs;
  const isOver = limits.messages < total.messages || limits.bytes < total.bytes;
  const isSized = limits.messageBytes < total.bytes;
  if (total.messages === 0 || (isEachWhole && !isOverAge && !isOver && !isSized))
    return { messages: live.count, firstSeq: live.first, tooLarge: null };
  const counts = isPerSubject ? await countSubjects(each, limits, atNs) : null;
  const newest = (): Filter => newestOfSubjects(counts, limits, atNs);
  const sum = isEachWhole || !isOver ? total : await addUp(each, newest());
  return keepWithin(each, newest(), sum, limits, atNs);
}

function limitsOf(config: JsonObject): Limits {
  const positive = (field: string): number => Math.max(0, Number(integerField(config, field) ?? 0n));
  return {
    hasTtl: config['allow_msg_ttl'] === true,
    maxAgeNs: integerField(config, 'max_age') ?? 0n,
    perSubject: positive('max_msgs_per_subject'),
    messages: Number(removalLimit(config, 'max_msgs') ?? Infinity),
    bytes: Number(removalLimit(config, 'max_bytes') ?? Infinity),
    messageBytes: positive('max_msg_size') || Infinity,
  };
}

type EachMessage = (onMessage: (message: V2Message) => void) => Promise<void>;

function isExpired({ header, timeNs }: V2Message, { hasTtl }: Limits, atNs: bigint): boolean {
  const ttlNs = hasTtl && header.length > 0 ? messageTtlNs(header) : null;
  return ttlNs !== null && timeNs + ttlNs <= atNs;
}

async function countSubjects(
  each: EachMessage,
  limits: Limits,
  atNs: bigint,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  await each((message) => {
    if (isExpired(message, limits, atNs)) return;
    const subject = subjectText(message);
    counts.set(subject, (counts.get(subject) ?? 0) + 1);
  });
  return counts;
}

function subjectText({ subject }: V2Message): string {
  return Buffer.from(subject.buffer, subject.byteOffset, subject.length).toString('latin1');
}

/** For one pass: what has not expired, and of each subject no more than its newest. */
function newestOfSubjects(counts: ReadonlyMap<string, number> | null, limits: Limits, atNs: bigint): Filter {
  const left = new Map([...(counts ?? [])].filter(([, count]) => count > limits.perSubject));
  return (message) => {
    if (isExpired(message, limits, atNs)) return false;
    if (left.size === 0) return true;
    const subject = subjectText(message);
    const count = left.get(subject);
    if (count === undefined) return true;
    if (count <= limits.perSubject) return true;
    left.set(subject, count - 1);
    return false;
  };
}

interface Sum {
  messages: number;
  bytes: number;
}

async function addUp(each: EachMessage, isKept: Filter): Promise<Readonly<Sum>> {
  const sum: Sum = { messages: 0, bytes: 0 };
  await each((message) => {
    if (!isKept(message)) return;
    sum.messages++;
    sum.bytes += storedBytes(message);
  });
  return sum;
}

function storedBytes({ subject, header, payload }: V2Message): number {
  return recordBytesOf(subject.length, header.length, payload.length);
}

/** Takes the oldest until the limits hold. `sum`: of all that `isNewest` lets pass. */
async function keepWithin(
  each: EachMessage,
  isNewest: Filter,
  sum: Readonly<Sum>,
  limits: Limits,
  atNs: bigint,
): Promise<KeptOfV2> {
  let [messages, bytes, kept] = [sum.messages, sum.bytes, 0n];
  let firstSeq: bigint | null = null;
  let tooLarge: bigint | null = null;
  await each((message) => {
    const { seq, timeNs, header, payload } = message;
    if (header.length + payload.length > limits.messageBytes) tooLarge ??= seq;
    if (!isNewest(message)) return;
    const isOver = messages > limits.messages || bytes > limits.bytes;
    if (isOver) {
      messages--;
      bytes -= storedBytes(message);
    }
    const isAged = limits.maxAgeNs > 0n && timeNs + limits.maxAgeNs <= atNs;
    if (isOver || isAged) return;
    kept++;
    firstSeq ??= seq;
  });
  return { messages: kept, firstSeq, tooLarge };
}
