import { checkBlockRecords } from '../../check/block-records.ts';
import { checkBlockFiles } from '../../check/block-files.ts';
import { checkDeclaredLive, checkDeclaredMessages } from '../../check/declared.ts';
import { checkConsumers } from '../../check/consumers.ts';
import { checkIndexAgainstBlocks } from '../../check/index-vs-blocks.ts';
import type { StreamEvidence } from '../../check/stream-evidence.ts';
import { areSameParts } from '../../core/sequence-part-sets.ts';
import type { StreamParts, V2StreamParts } from '../../container/entry.ts';
import { pause, stopIfAborted } from '../../core/pause.ts';
import type { Finding } from '../../findings/finding.ts';
import { hasMark, isMarked } from '../../findings/marks.ts';
import { isDamage, tookNothing } from '../../findings/status.ts';
import { provenReader } from '../../model/furthest-reader.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { stateFromBlocks } from '../../model/stream-state.ts';
import type { MessageSieve } from '../filter/message-sieve.ts';
import type { RecordFilter } from '../filter/types.ts';
import type { DeleteNote } from '../delete-note.ts';
import { deleteNotes } from '../deletes/delete-notes.ts';
import type { Archive } from '../open/open-archive.ts';
import { placed } from '../open/report-source.ts';
import { gatherEvidence } from '../read/stream-evidence.ts';
import { v2FramingFindings } from '../read/v2-messages.ts';
import type { PieceRenderer } from './render-pieces.ts';
import { isStopped, withLeftOver, type LeftOver } from './left-over.ts';
import { isWhole, ofRange } from './selected-range.ts';
import { sift, type EmitMessages } from './sift.ts';
import { walkBlocks, walkPiece } from './walk-blocks.ts';
import { V2Walk } from './walk-v2.ts';

/** Behind a stream of this size the memory of idle threads is worth more than the time to start them again. */
const LARGE_STREAM_BYTES = 150 * 1024 * 1024;

/** What one pass over a stream met. */
export interface StreamFindings {
  /** How many sound messages the stream holds, as far as it was read. */
  readonly held: number;
  /** Of the whole stream. */
  readonly findings: Finding[];
  /** Of what can pass by its sequence: fewer where all of that was read and is sound. */
  readonly ofSelection: readonly Finding[];
  /** Of deleted messages among them. */
  readonly notes: readonly DeleteNote[];
}

/** Takes finished text where messages can be had as that. */
export interface TextOutput {
  /** What a line begins with, up to the subject; null: payloads only. */
  readonly start: Uint8Array | null;
  readonly renderer: PieceRenderer;
  text(bytes: Uint8Array, messages: number): Promise<void>;
}

/** A stream, and what is done with its messages. */
interface Reading {
  readonly archive: StreamArchive;
  readonly work: Archive;
  readonly sieve: MessageSieve;
  readonly emit: EmitMessages;
  /** What the container and the small files gave. */
  readonly found: readonly Finding[];
}

/**
 * Gives out the messages of one stream that pass, in sequence order, as far as they can be read. What cannot is in the
 * findings, with all that the container and the small files gave. A message's bytes are the taker's; it keeps those of
 * its neighbours in memory too, so what is to stay for long is better copied. Where an `output` is given most come there, as
 * text. Throws SourceError, CancelledError.
 */
export async function streamMessages(
  stream: { readonly archive: StreamArchive; readonly parts: StreamParts },
  work: Archive,
  sieve: MessageSieve,
  emit: EmitMessages,
  output?: TextOutput,
): Promise<StreamFindings> {
  const { archive, parts } = stream;
  const found = [...placed(parts.findings, archive.place), ...archive.findings];
  const reading = { archive, work, sieve, emit, found };
  if (archive.encrypted !== null) return { held: 0, findings: found, ofSelection: found, notes: [] };
  const left = isStopped(parts, work) ? await leftMessages(reading) : null;
  if (left !== null) return left;
  if (parts.form === 'v2') return v2Messages(reading, parts);
  return blockMessages(reading, parts, output);
}

async function v2Messages(reading: Reading, parts: V2StreamParts): Promise<StreamFindings> {
  const { archive, work, sieve, found } = reading;
  const walk = new V2Walk(archive, parts, sieve, work);
  await sift(walk.messages, reading, pause);
  const damage = [...found, ...walk.findings(), ...v2FramingFindings(archive, parts)];
  // Where enough was found the others were not counted.
  const fewer = sieve.isDone
    ? []
    : checkDeclaredMessages(archive, BigInt(walk.seen()), walk.seenBehind(), !damage.some(isDamage));
  const findings = [...damage, ...fewer];
  return {
    held: walk.seen(),
    findings,
    ofSelection: walk.isSelectionWhole() ? ofRange(findings, sieve.range) : findings,
    notes: [],
  };
}

/** Those behind damage of a snapshot; null where nothing is found there. */
async function leftMessages(reading: Reading): Promise<StreamFindings | null> {
  const { archive, work } = reading;
  const { findings: ofCarrier } = archive.parts;
  // Behind a lost end the second reading meets what follows from it; small files that the first did not find may be there.
  const isCut = hasMark(ofCarrier, 'cut');
  return withLeftOver(archive, work, async (left) => {
    if (left === null) return null;
    const behind = left.findings.filter(({ code }) => !isCut || !isMarked(code, 'carrier'));
    return giveLeft(left, reading, [...placed(ofCarrier, archive.place), ...behind]);
  });
}

/** `findings`: all there are of the stream. */
async function giveLeft(left: LeftOver, reading: Reading, findings: Finding[]): Promise<StreamFindings> {
  const { range } = reading.sieve;
  await sift(left.messages, reading, pause);
  return {
    held: Number(left.live.count),
    findings,
    ofSelection: isWhole(range, left) ? ofRange(findings, range) : findings,
    notes: left.notes,
  };
}

async function blockMessages(
  reading: Reading,
  { sizeBytes }: StreamParts,
  output: TextOutput | undefined,
): Promise<StreamFindings> {
  const { archive, work, sieve, found } = reading;
  const filter = output === undefined ? null : sieve.recordFilter;
  const text = output === undefined || filter === null ? null : { ...output, filter };
  const wanted = { wantSubjects: false, pending: [], wantsCuts: text !== null };
  const evidence = await gatherEvidence(archive, work, wanted);
  const checks = [checkBlockRecords, checkBlockFiles, checkIndexAgainstBlocks, aheadOfEnd, fewerThanDeclared];
  const all = [...found, ...evidence.scan.findings, ...checks.flatMap((check) => [...check(evidence)])];
  const other = hasMark(all, 'loss') ? await otherMessages(reading, evidence, all) : null;
  if (other?.given !== undefined) return other.given;
  const findings = other?.isAll === true ? all.map(tookNothing) : all;
  if (text !== null) {
    await renderMessages(reading, evidence, text);
  } else {
    if (sizeBytes >= LARGE_STREAM_BYTES) await work.pool.close();
    await sift(walkBlocks(archive, evidence.sets, sieve), reading, stopIfAborted);
  }
  return {
    held: evidence.total.messages,
    findings,
    ofSelection: isWhole(sieve.range, evidence) ? ofRange(findings, sieve.range) : findings,
    notes: deleteNotes(evidence),
  };
}

/** Consumers that prove that the stream got further than anything in it does. */
function aheadOfEnd(evidence: StreamEvidence): Finding[] {
  const { archive, sets, live, total } = evidence;
  if (provenReader(archive) === null) return [];
  const { lastSeq } = stateFromBlocks(archive, sets, null, total, null);
  return checkConsumers(archive, lastSeq, live).filter(({ code }) => code === 'CON_AHEAD_OF_STREAM');
}

function fewerThanDeclared({ archive, live }: StreamEvidence): Finding[] {
  return checkDeclaredLive(archive, live, false);
}

/** Gives those that a salvage finds of a damaged stream, where it finds others than were read; `isAll`: nothing is lost. */
async function otherMessages(
  reading: Reading,
  { live }: StreamEvidence,
  findings: Finding[],
): Promise<{ readonly given?: StreamFindings; readonly isAll: boolean }> {
  return withLeftOver(reading.archive, reading.work, async (left) => {
    if (left === null) return { isAll: false };
    if (areSameParts(left.live, live)) return left;
    const told = left.isAll ? findings.map(tookNothing) : findings;
    return { given: await giveLeft(left, reading, told), isAll: left.isAll };
  });
}

/** As text where it can be had, else message by message. */
async function renderMessages(
  reading: Reading,
  { sets, results }: StreamEvidence,
  output: TextOutput & { readonly filter: RecordFilter },
): Promise<void> {
  const { archive, work, sieve } = reading;
  await output.renderer.render({ archive, sets, results, start: output.start }, sieve, output.filter, {
    text: async (bytes, messages) => {
      stopIfAborted(work.signal);
      await output.text(bytes, messages);
    },
    piece: async (piece) => sift(walkPiece(archive, piece, sieve), reading, stopIfAborted),
  });
}
