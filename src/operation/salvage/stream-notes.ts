import { limitPerSubject } from '../../model/removal-limits.ts';
import { plural } from '../../core/plural.ts';
import { CATALOG, type FindingCode } from '../../findings/catalog/index.ts';
import { isOfManifest } from '../../findings/status.ts';
import { beyondLimitsText } from '../content/beyond-limits.ts';
import { beyondMaxBytes, deletesGone, pastConsumersText } from '../deletes/delete-notes.ts';
import { undeletedOf } from './salvaged-deletes.ts';
import { LOSS_REASONS, type NoteCode } from './loss-codes.ts';
import type { ChosenConfig } from './meta/configuration.ts';
import type { SalvagedStream } from './stream/salvaged-stream.ts';
import type { SuspectCode } from './suspected.ts';
import type { MisreadSubjects } from './survey/misread-subjects.ts';
import type { Survey } from './survey/survey.ts';
import { takenDeletedText } from './losses/taken-from-older.ts';
import type { Damage, RepairNote, SalvageOptions, StreamLoss } from './types.ts';

/** A stream that was repaired, as far as notes tell of it. */
export interface NotedStream {
  readonly sources: readonly [SalvagedStream, ...SalvagedStream[]];
  readonly chosen: ChosenConfig;
  readonly loss: StreamLoss;
  readonly found: Survey;
  /** Messages that are written though they were deleted. */
  readonly undeleted: bigint;
  /** Messages whose subjects cannot be. */
  readonly misread: MisreadSubjects | null;
  /** Messages that are written though they are beyond limits of the configuration. */
  readonly beyondLimits: bigint;
}

const MOST_OPEN_NOTES = 100;

/** What tells that messages may be lost of which nothing else speaks. */
const SUSPICIONS = [
  ['BLK_NUMBER_MISSING', 'a block number is missing, and with it sequences that nothing explains'],
  ['CON_AHEAD_OF_STREAM', 'consumers were delivered messages behind all that is there'],
] as const satisfies readonly (readonly [SuspectCode, string])[];

/** What was changed that is no message and no consumer, and what nothing tells. */
export function notesOn(stream: NotedStream, options: SalvageOptions): RepairNote[] {
  const { sources, chosen, loss } = stream;
  const { undelete, to } = options;
  const [own] = sources;
  const { account, name } = own.archive;
  const notes: RepairNote[] = [];
  const say = (code: NoteCode, text: string, isLoss = false): void => {
    notes.push({ code, account, stream: name, text, loss: isLoss });
  };
  for (const { code } of own.findings.filter(isOfManifest))
    say(code as NoteCode, manifestText(code, chosen, own.archive.manifest?.noTime));
  if (chosen.said !== null) say(chosen.said.code, chosen.said.text, chosen.isLoss);
  if (chosen.leftOut.length > 0)
    say(
      'CONFIG_LEFT_OUT',
      `no server knows, or accepts, ${chosen.leftOut.join(', ')} of the configuration: left out; --config gives it what it should have`,
      true,
    );
  if (hasTemplate(chosen))
    say('TEMPLATE_LEFT_OUT', 'template_owner was left out: no server restores a stream with it');
  notes.push(
    ...misreadTexts(stream).map(([code, text, isLoss]) => ({
      code,
      account,
      stream: name,
      text,
      loss: isLoss,
    })),
  );
  const isHealed = sources.length > 1 && loss.lost === 0n;
  for (const { file, offsetBytes, code } of isHealed ? [] : openDamages(own)) {
    const place = `${file} at ${offsetBytes ?? 0}`;
    say(code, `${place}: ${LOSS_REASONS[code]}, and nothing tells which messages were there`, true);
  }
  for (const text of untoldTexts(stream, options)) say('DELETES_UNKNOWN', text);
  for (const [code, why] of SUSPICIONS) {
    const most = sequencesOf(loss, code);
    if (most > 0n) say(code, `${why}: up to ${most} are lost, unless they were deleted`, true);
  }
  if (loss.declared_more > 0n)
    say(
      'DECL_MESSAGES_FEWER',
      `backup.json counts more messages than are there, and nothing else speaks of them: up to ${loss.declared_more} are lost, unless backup.json is wrong`,
      true,
    );
  if (stream.beyondLimits > 0n)
    say('BEYOND_LIMITS', beyondLimitsText({ messages: stream.beyondLimits, isLeast: false }));
  if (undelete === true)
    say(
      'UNDELETED',
      `${stream.undeleted} deleted messages were written too; limits, and a retention that removes, were lifted`,
    );
  if (to === 'store' && loss.lost > 0n)
    say(
      'LOST_NOT_KEPT',
      'a store does not tell lost messages from deleted ones: keep the damaged archive to heal it later',
    );
  if (to === 'store' && hasBrokenSources(own))
    say(
      'SOURCES_CORRUPT',
      'sources.db was left out: a server finds in the messages how far sources were read',
    );
  return notes;
}

function manifestText(code: FindingCode, { said }: ChosenConfig, noTime: string | undefined): string {
  const { title } = CATALOG[code];
  if (code === 'MAN_CORRUPT' && noTime !== undefined)
    return `${title}: ${noTime} is no time; all else of it was taken`;
  return said === null ? `${title}: the configuration is that of meta.inf` : title;
}

/** Why some of what is written may have been deleted. */
function untoldTexts(
  { sources, chosen, loss, found }: NotedStream,
  { undelete, config }: SalvageOptions,
): string[] {
  const [own] = sources;
  const { archive } = own;
  const untoldDeletes = own.untoldDeletes.filter(
    ({ why }) => why !== 'limits' || !isLimitExact(own, undelete),
  );
  const { recovered, total } = found;
  const gone = deletesGone(recovered, undeletedOf(sources[0], loss, recovered), untoldDeletes);
  if (undelete === true) return gone;
  // A configuration that is given says nothing of what had been removed.
  const had = { ...archive, config: config === undefined ? chosen.config : archive.config };
  const past = sources.length > 1 ? null : pastConsumersText(archive, recovered);
  const taken = takenDeletedText(sources, found);
  return [...gone, ...beyondMaxBytes(had, total.bytes), ...[past, taken].filter((text) => text !== null)];
}

/** Messages whose subject is set right, and those of which nothing tells what it was. */
function misreadTexts({
  misread,
  sources: [{ archive }],
}: NotedStream): (readonly [NoteCode, string, boolean])[] {
  if (misread === null) return [];
  const { mended, doubtful, firstDoubtful } = misread;
  const teller = archive.indexStanding === 'current' ? 'index.db' : 'the configuration';
  const texts: (readonly [NoteCode, string, boolean])[] = [];
  if (mended.size > 0) {
    const [first] = mended.keys();
    const which = mended.size === 1 ? `the subject of ${first}` : `subjects, the first of ${first},`;
    texts.push([
      'SUBJECT_MENDED',
      `${plural(mended.size, 'message')}: ${which} fits nothing in ${teller}, and one other length alone does: it was set right`,
      false,
    ]);
  }
  if (doubtful > 0)
    texts.push([
      'SUBJECT_DOUBTFUL',
      `${plural(doubtful, 'message')}${firstDoubtful === null ? '' : `, the first ${firstDoubtful},`} ${doubtful === 1 ? 'has a subject' : 'have subjects'} that ${teller} does not know: bytes have moved between subject and payload, and nothing tells how many; kept as written`,
      true,
    ]);
  return texts;
}

/** Whether damaged messages were counted when a limit was applied again: one by one, since no subject matters. */
function isLimitExact({ archive, damages }: SalvagedStream, undelete: boolean | undefined): boolean {
  if (undelete === true) return true;
  if (archive.config !== null && limitPerSubject(archive.config) !== null) return false;
  for (const { from, to } of damages()) if (from < to) return false;
  return true;
}

function sequencesOf({ ranges }: StreamLoss, suspicion: SuspectCode): bigint {
  let count = 0n;
  for (const { code, from, to } of ranges) if (code === suspicion) count += to - from + 1n;
  return count;
}

/** Nothing but its own head vouches for it: one that cannot be read is not written again. */
export function hasBrokenSources({ archive }: SalvagedStream): boolean {
  return archive.findings.some(({ code }) => code === 'SOURCES_CORRUPT');
}

function hasTemplate({ config: { template_owner: template } }: ChosenConfig): boolean {
  return template !== undefined && template !== '';
}

/** The first of the stretches of which nothing tells what was there. */
function openDamages({ damages }: SalvagedStream): Damage[] {
  const open: Damage[] = [];
  for (const damage of damages()) {
    if (damage.isOpen) open.push(damage);
    if (open.length === MOST_OPEN_NOTES) break;
  }
  return open;
}
