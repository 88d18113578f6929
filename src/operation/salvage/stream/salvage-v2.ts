import type { V2StreamParts } from '../../../container/entry.ts';
import { framingFaults } from '../../../container/open-source.ts';
import { damagedStretches } from '../../../container/v2-damage.ts';
import { endOf, V2EntryReader } from '../../../container/v2-entry-reader.ts';
import { findV2Spans, type V2Span } from '../../../container/v2-spans.ts';
import { ChangedError } from '../../../core/error.ts';
import { plural } from '../../../core/plural.ts';
import { stepByStep } from '../../../core/pause.ts';
import { asParts, subtractParts, unitePacked, uniteParts } from '../../../core/sequence-part-sets.ts';
import type { SequenceParts } from '../../../core/sequence-parts.ts';
import { mergeRanges, oneRange } from '../../../core/sequence-ranges.ts';
import { makeFinding, type Finding } from '../../../findings/finding.ts';
import type { ManifestState } from '../../../format/manifest/types.ts';
import { readV2Head } from '../../../model/load-v2-stream.ts';
import { lostBefore } from '../../../model/lost-before.ts';
import { declaredTimeNs } from '../../../model/stream-state.ts';
import type { StreamArchive } from '../../../model/stream-archive.ts';
import { pathOf, type ByteSource } from '../../../source/byte-source.ts';
import { placed } from '../../open/report-source.ts';
import { recordBytesOf } from '../../../format/block/record.ts';
import { provenBelowFirst } from './declared-deletes.ts';
import { NO_DOUBTS } from './doubtful-positions.ts';
import type { NoteCode } from '../loss-codes.ts';
import { damagesBefore } from './lost-before.ts';
import type { MessageCursor, MessageRun, RunMessage } from '../blocks/message-run.ts';
import type { SalvageWork } from '../rescan/salvage-work.ts';
import type { SalvagedStream } from './salvaged-stream.ts';
import type { RepairNote } from '../types.ts';
import { damagesBetween } from './v2-damage.ts';
import { readWholeV2 } from './whole-v2.ts';

const NO_INDEX = {
  listed: [],
  suspects: [],
  areDeletesUnknown: false,
  untoldDeletes: [],
  indexDeletes: null,
  // Its consumers are doubtful together: `headNotes` tells.
  doubtfulPositions: NO_DOUBTS,
} as const;

/** Reads what is left of a V2 archive: messages that no damaged chunk touches. */
export async function salvageV2(
  archive: StreamArchive,
  parts: V2StreamParts,
  work: SalvageWork,
  source: number,
  given: string,
): Promise<SalvagedStream> {
  const name = archive.name === '' ? given : archive.name;
  const whole = await readWholeV2(archive, parts, work);
  work.onBytes(parts.sizeBytes, parts.label);
  const body = parts.body.open();
  const { signal } = work;
  const damaged = whole === null ? await stepByStep(damagedStretches(body), signal) : [];
  const { spans, hasEnd, isUnbroken } = whole ?? (await stepByStep(findV2Spans(body, damaged), signal));
  const { state } = readV2Head(parts, archive.place);
  const present = unitePacked(spans.flatMap(({ seqs }) => seqs.parts));
  const headBytes = spans[0]?.startBytes ?? 0;
  const isHeadHit = damaged.some(([from]) => spans.length === 0 || from < headBytes);
  // What stands in a damaged chunk may read well and be wrong.
  const declared = archive.manifest?.state ?? null;
  const known = isHeadHit ? (declared ?? state) : (state ?? declared);
  const lastFound = spans.at(-1)?.lastSeq ?? 0n;
  const lastSeq = known !== null && known.lastSeq > lastFound ? known.lastSeq : lastFound;
  const runs = spans.map((span) => runOf(parts, span, source));
  const counted = countedOf(known, declared, present);
  const below = await provenBelowFirst(counted, runs, source, signal);
  return {
    archive: { ...archive, name },
    runs: () => runs,
    deleted: subtractParts(
      uniteParts([below, deletedIn(spans, present, known, hasEnd && isUnbroken)]),
      asParts(lostBefore(archive).seqs),
    ),
    ...NO_INDEX,
    damages: function* () {
      yield* damagesBetween(parts.label, spans, known, { damaged, hasEnd });
      yield* damagesBefore(archive);
    },
    lastSeq,
    lastTimeNs: declaredTimeNs(known?.lastTime ?? null),
    counted,
    findings: findingsOn(archive, parts, body),
    notes: headNotes(archive, name, { state, known, isHeadHit }),
    parted: whole?.parted ?? null,
    close: () => body.close(),
  };
}

function findingsOn({ place, findings }: StreamArchive, parts: V2StreamParts, body: ByteSource): Finding[] {
  const framing = framingFaults(body).map((fault) => makeFinding(fault, { ...place, file: parts.label }));
  return [...placed(parts.findings, place), ...findings, ...framing];
}

/**
 * Where the archive of another stream may lie in the folder, its own state says less than backup.json, or nothing that backup.json
 * speaks of is there: what that counts is lost.
 */
function countedOf(
  known: ManifestState | null,
  declared: ManifestState | null,
  present: SequenceParts,
): ManifestState | null {
  if (declared === null || known === null) return known ?? declared;
  const isApart = present.countWithin(declared.firstSeq, declared.lastSeq) === 0n && declared.messages > 0n;
  return isApart || declared.messages > known.messages ? declared : known;
}

/** State and consumers stand before the messages, and have no checksum but that of their chunk. */
function headNotes(
  { account, consumers }: StreamArchive,
  stream: string,
  head: {
    readonly state: ManifestState | null;
    readonly known: ManifestState | null;
    readonly isHeadHit: boolean;
  },
): RepairNote[] {
  const told = head.known?.consumerCount ?? null;
  const note = (code: NoteCode, text: string): RepairNote[] => [{ code, account, stream, text, loss: true }];
  if (head.state === null && told !== 0)
    return note('V2_STATE_MISSING', 'state.json is lost, and the consumers with it');
  if (told !== null && told > consumers.length)
    return note('V2_CONSUMER_MISSING', lostConsumers(told - consumers.length));
  if (head.isHeadHit && told !== 0)
    return note(
      'V2_CONSUMER_CORRUPT',
      'the consumers stand in a damaged chunk: they were taken as they can be read',
    );
  return [];
}

function lostConsumers(count: number): string {
  return `${plural(count, 'consumer')} ${count === 1 ? 'is' : 'are'} lost`;
}

function runOf(parts: V2StreamParts, span: V2Span, source: number): MessageRun {
  return { source, firstSeq: span.firstSeq, open: () => new SpanCursor(parts.body.open(), span) };
}

class SpanCursor implements MessageCursor {
  readonly #body: ByteSource;
  readonly #reader: V2EntryReader;
  readonly #span: V2Span;
  #at: number;

  constructor(body: ByteSource, span: V2Span) {
    this.#body = body;
    this.#reader = new V2EntryReader(body);
    this.#span = span;
    this.#at = span.startBytes;
  }

  next(): RunMessage | null {
    const { endBytes } = this.#span;
    if (this.#at >= endBytes) return null;
    const head = this.#reader.wholeAt(this.#at, endBytes);
    if (head === null) throw new ChangedError(pathOf(this.#body.descriptor));
    const { seq, timeNs, subject, header, payload } = this.#reader.messageAt(this.#at, head);
    this.#at = endOf(this.#at, head);
    return {
      seq,
      timeNs,
      subject,
      header: header.length === 0 ? null : header,
      data: payload,
      storedBytes: recordBytesOf(subject.length, header.length, payload.length),
    };
  }

  close(): void {
    this.#body.close();
  }
}

/** Deleted messages are absent: between two entries that follow each other, and wherever the count is complete. */
function deletedIn(
  spans: readonly V2Span[],
  present: SequenceParts,
  known: ManifestState | null,
  isWhole: boolean,
): SequenceParts {
  const isComplete = isWhole || (known !== null && present.count >= known.messages);
  const everything =
    isComplete && known !== null
      ? oneRange(known.firstSeq, known.lastSeq)
      : mergeRanges(spans.map(({ firstSeq, lastSeq }) => oneRange(firstSeq, lastSeq)));
  return subtractParts(asParts(everything), present);
}
