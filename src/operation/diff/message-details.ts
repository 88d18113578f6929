import { fingerprint, loadFingerprints } from '../../codec/fingerprint.ts';
import { packRanges, unpackRanges } from '../../core/packed-ranges.ts';
import { hasSequence, intersectRanges, type SequenceRanges } from '../../core/sequence-ranges.ts';
import { mapSubject, type SubjectMapping } from '../../core/subject-map.ts';
import { formatTimeNs } from '../../core/time.ts';
import type { MessageWalk, StoredMessage } from '../content/message-walk.ts';
import { walkBlocks } from '../cat/walk-blocks.ts';
import { V2Walk } from '../cat/walk-v2.ts';
import { MessageSieve } from '../filter/message-sieve.ts';
import type { Side } from './side.ts';
import type { MessageField, ShownMessage } from './types.ts';

/** What is kept of a message to tell in which parts it differs from another. */
export interface MessageDetail {
  readonly subject: string;
  /** Bytes as latin1 text, mapped. */
  readonly comparedSubject: string;
  readonly timeNs: bigint;
  readonly headerPrint: bigint;
  readonly payloadPrint: bigint;
  readonly shown: ShownMessage | null;
}

/** Which messages to look at. */
export interface DetailQuery {
  /** Live or not. */
  readonly wanted: SequenceRanges;
  /** Those of them to be shown. */
  readonly shown: SequenceRanges;
  readonly mappings: readonly SubjectMapping[];
}

/** Of a header or payload that is shown, so many bytes. */
const EXCERPT_BYTES = 512;
/** Subjects of up to 64 KiB may be in data; behind this many bytes of them no more is kept. */
const MOST_SUBJECT_BYTES = 16 * 1024 * 1024;

/** Looks at some messages of a side; the lowest ones where they are too many to keep. Throws SourceError. */
export async function messageDetails(side: Side, query: DetailQuery): Promise<Map<bigint, MessageDetail>> {
  const details = new Map<bigint, MessageDetail>();
  const [from, to] = [query.wanted[0], query.wanted.at(-1)];
  if (side.live === null || from === undefined || to === undefined) return details;
  await loadFingerprints();
  let subjectBytes = 0;
  let lastSeq = -1n;
  const take = (message: StoredMessage): boolean => {
    // One that does not rise is no live one, also where the other side holds its sequence.
    if (message.seq <= lastSeq) return false;
    lastSeq = message.seq;
    if (subjectBytes > MOST_SUBJECT_BYTES) return false;
    if (!hasSequence(query.wanted, message.seq)) return false;
    subjectBytes += message.subject.length;
    details.set(message.seq, detailOf(message, query));
    return false;
  };
  await walkOf(side, query.wanted, from, to)(take, async () => {});
  return details;
}

function walkOf(side: Side, wanted: SequenceRanges, minSeq: bigint, maxSeq: bigint): MessageWalk {
  const { archive, evidence } = side;
  const sieve = new MessageSieve({ minSeq, maxSeq });
  if (archive.parts.form === 'v2') return new V2Walk(archive, archive.parts, sieve).messages;
  const sets = (evidence?.sets ?? []).filter(({ live }) => live.first <= maxSeq && live.last >= minSeq);
  const holding = sets.map((set) => ({
    ...set,
    live: packRanges(intersectRanges(unpackRanges(set.live), wanted)),
  }));
  return walkBlocks(archive, holding, sieve);
}

function detailOf(message: StoredMessage, { shown, mappings }: DetailQuery): MessageDetail {
  const subject = Buffer.from(message.subject);
  const header = message.header ?? NOTHING;
  return {
    subject: subject.toString('utf8'),
    comparedSubject: mapSubject(mappings, subject.toString('latin1')),
    timeNs: message.timeNs,
    headerPrint: printOf(header),
    payloadPrint: printOf(message.data),
    shown: hasSequence(shown, message.seq) ? shownMessage(message) : null,
  };
}

const NOTHING = new Uint8Array(0);

function printOf(payload: Uint8Array): bigint {
  return fingerprint({ subject: NOTHING, header: NOTHING, payload }, 0n);
}

function shownMessage({ subject, header, data, timeNs }: StoredMessage): ShownMessage {
  const base64 = (bytes: Uint8Array): string =>
    Buffer.from(bytes.subarray(0, EXCERPT_BYTES)).toString('base64');
  return {
    subject: Buffer.from(subject).toString('utf8'),
    time: formatTimeNs(timeNs),
    hdrs: header === null ? null : base64(header),
    data: base64(data),
    header_bytes: header?.length ?? 0,
    payload_bytes: data.length,
  };
}

/** In which parts two messages differ. */
export function differingFields(a: MessageDetail, b: MessageDetail): MessageField[] {
  const rules: readonly (readonly [MessageField, boolean])[] = [
    ['subject', a.comparedSubject !== b.comparedSubject],
    ['time', a.timeNs !== b.timeNs],
    ['header', a.headerPrint !== b.headerPrint],
    ['payload', a.payloadPrint !== b.payloadPrint],
  ];
  return rules.flatMap(([field, differs]) => (differs ? [field] : []));
}
