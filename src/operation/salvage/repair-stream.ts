import { limitPerSubject } from '../../model/removal-limits.ts';
import type { JsonObject } from '../../core/json.ts';
import type { SequenceParts } from '../../core/sequence-parts.ts';
import { rangesOf } from '../../core/sequence-ranges.ts';
import { asParts, intersectParts, NO_PARTS, uniteParts } from '../../core/sequence-part-sets.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { StreamContent } from '../content/content.ts';
import { chooseConfig, isForeign, withoutLimits, type ChosenConfig } from './meta/configuration.ts';
import { repairConsumers } from './meta/consumers.ts';
import { blocksOf } from './survey/part-blocks.ts';
import { countLosses } from './losses/losses.ts';
import { repairedContent } from './survey/repaired-content.ts';
import type { SalvageWork } from './rescan/salvage-work.ts';
import type { SalvagedStream } from './stream/salvaged-stream.ts';
import { suspectedOf, type Suspected } from './suspected.ts';
import { hasBrokenSources, notesOn } from './stream-notes.ts';
import { surveySource } from './survey/survey-parts.ts';
import { tellsSubjects, type MisreadSubjects } from './survey/misread-subjects.ts';
import { withTrueSubjects } from './survey/true-subjects.ts';
import { beyondLimits, survey, type Survey } from './survey/survey.ts';
import type { SurveyOptions } from './blocks/each-message.ts';
import type { RepairNote, SalvageOptions, StreamLoss } from './types.ts';

/** One stream, ready to be written: `archive` has the configuration and the consumers that it gets. */
export interface RepairedStream {
  readonly archive: StreamArchive;
  readonly content: StreamContent;
  readonly loss: StreamLoss;
  readonly notes: readonly RepairNote[];
  readonly suspected: Suspected;
}

/** One whose messages were looked at: which of them are written, and from where. */
export interface SurveyedStream extends RepairedStream {
  readonly found: Survey;
}

/** What is left of a stream in each archive; the first is the one that is repaired. */
type Sources = readonly [SalvagedStream, ...SalvagedStream[]];

/** Joins what is left of a stream. Throws ToolError, CancelledError. */
export async function repairStream(
  given: Sources,
  work: SalvageWork,
  options: SalvageOptions,
): Promise<SurveyedStream> {
  const proven = uniteParts(given.map((source) => source.deleted));
  const { sources, first, misread } = await subjectsSetRight(given, proven, work, options);
  const [own] = sources;
  const { name } = own.archive;
  const all = askFor(sources, proven, work, options);
  const chosen = chooseConfig(sources, options.config, first, name);
  const config = configToWrite(chosen, options);
  const removing = limitsThatRemoved(sources, chosen, options);
  const limited = [config, removing].some((one) => one !== null && limitPerSubject(one) !== null);
  const counted = first.total.subjects.size > 0 || !limited ? first : await survey(all);
  const { found, surveyed } = await withoutRemoved(counted, removing, all, own);
  const beyond = await beyondLimits(found, config, surveyed);
  const end = endOf(sources);
  const loss = countLosses({
    sources,
    survey: found,
    deleted: uniteParts([proven, surveyed.excluded]),
    name,
    lastSeq: end.seq,
    declaredLastSeq: declaredEnd(own, found, end.seq),
    counted: own.counted,
  });
  const place = { name, firstSeq: loss.first_seq, lastSeq: loss.last_seq };
  const { consumers, notes } = await repairConsumers(sources, place, surveyed);
  const undeleted = options.undelete === true ? intersectParts(proven, found.recovered).count : 0n;
  const findings = sources.flatMap((source) => source.findings);
  return {
    archive: { ...withoutBrokenSources(own), config, created: chosen.created, consumers },
    content: {
      ...repairedContent(own.archive, found, loss, end.timeNs, findings, surveyed),
      blocks: sources.length === 1 ? blocksOf(own, found, surveyed, work.pool) : undefined,
    },
    loss,
    notes: [
      ...sources.flatMap((source) => source.notes),
      ...notesOn({ sources, chosen, loss, found, undeleted, misread, beyondLimits: beyond.count }, options),
      ...notes,
    ],
    suspected: suspectedOf(own, loss, loss.lost),
    found,
  };
}

/** The first look at all of them, with the subjects that their messages had; `misread`: what the first of them was. */
async function subjectsSetRight(
  [own, ...others]: Sources,
  proven: SequenceParts,
  work: SalvageWork,
  options: SalvageOptions,
): Promise<{ sources: Sources; first: Survey; misread: MisreadSubjects | null }> {
  const isAlone = others.length === 0 && options.undelete !== true;
  const ownAsked = askFor([own], proven, work, options);
  const first = isAlone ? await firstSurvey([own], ownAsked, work, options) : null;
  const { source, misread } = await withTrueSubjects(own, first, work);
  if (first !== null && source === own) return { sources: [own], first, misread };
  const sources: [SalvagedStream, ...SalvagedStream[]] = [source];
  for (const other of others) sources.push((await withTrueSubjects(other, null, work)).source);
  const asked = askFor(sources, proven, work, options);
  return { sources, first: await firstSurvey(sources, asked, work, options), misread };
}

function askFor(
  sources: Sources,
  proven: SequenceParts,
  { signal }: SalvageWork,
  { undelete, prefer }: SalvageOptions,
): SurveyOptions {
  return {
    runs: () => sources.flatMap((source) => source.runs()),
    excluded: undelete === true ? NO_PARTS : proven,
    prefer,
    signal,
  };
}

/** Before the configuration is chosen: the subjects of the messages may be all that is left of it. */
async function firstSurvey(
  sources: Sources,
  asked: SurveyOptions,
  { pool }: SalvageWork,
  { config }: SalvageOptions,
): Promise<Survey> {
  const [own] = sources;
  const likely = config ?? own.archive.config;
  const wantSubjects =
    likely === null ||
    limitPerSubject(likely) !== null ||
    isForeign(own, own.archive.name) ||
    tellsSubjects(own.archive);
  return sources.length > 1 ? survey(asked) : surveySource(own, asked, wantSubjects, pool);
}

/** No server restores a stream that a template owns. */
function configToWrite({ config }: ChosenConfig, { undelete }: SalvageOptions): JsonObject {
  const { template_owner: _, ...owned } = config;
  return undelete === true ? withoutLimits(owned) : owned;
}

/**
 * The configuration whose limits removed messages that the blocks still hold, as `pack` believes it: where no current index tells of
 * the blocks. A V2 archive holds nothing but messages, and a configuration that is given says nothing of what had been removed.
 */
function limitsThatRemoved(
  [own]: Sources,
  { config }: ChosenConfig,
  options: SalvageOptions,
): JsonObject | null {
  const { form, indexStanding } = own.archive;
  if (form === 'v2' || indexStanding === 'current' || options.undelete === true) return null;
  return options.config === undefined ? config : own.archive.config;
}

/** The survey without what the limits of a configuration removed. */
async function withoutRemoved(
  all: Survey,
  config: JsonObject | null,
  asked: SurveyOptions,
  own: SalvagedStream,
): Promise<{ readonly found: Survey; readonly surveyed: SurveyOptions }> {
  const gone =
    config === null ? NO_PARTS : await beyondLimits(all, config, asked, damagedMessages(own, asked));
  if (gone.count === 0n) return { found: all, surveyed: asked };
  const surveyed = { ...asked, excluded: uniteParts([asked.excluded, gone]) };
  return { found: await survey(surveyed), surveyed };
}

/** Messages that are damaged, where it is known which: nothing deleted them before. */
function damagedMessages(own: SalvagedStream, { excluded }: SurveyOptions): SequenceParts {
  const seqs: bigint[] = [];
  for (const { code, from, to } of own.damages())
    if (code !== 'LOST_BEFORE' && from === to && !excluded.has(from)) seqs.push(from);
  const rising = BigUint64Array.from(seqs).toSorted();
  return asParts(rangesOf(rising.filter((seq, i) => i === 0 || seq !== rising[i - 1])));
}

/** The last sequence that anything intact speaks of. */
function endOf(sources: Sources): { readonly seq: bigint; readonly timeNs: bigint } {
  const seq = sources.reduce((last, source) => (source.lastSeq > last ? source.lastSeq : last), 0n);
  return { seq, timeNs: sources.find(({ lastSeq }) => lastSeq === seq)?.lastTimeNs ?? 0n };
}

/**
 * backup.json has no checksum: its last sequence counts only where it also counts more messages than were found, or deleted ones may
 * be among these.
 */
function declaredEnd(own: SalvagedStream, found: Survey, lastSeq: bigint): bigint {
  const state = own.archive.manifest?.state;
  if (state === undefined || state === null || state.lastSeq <= lastSeq) return 0n;
  const isMore = state.messages > BigInt(found.total.messages) || own.areDeletesUnknown;
  return isMore ? state.lastSeq : 0n;
}

function withoutBrokenSources(own: SalvagedStream): StreamArchive {
  const { archive } = own;
  const { parts } = archive;
  if (parts.form !== 'store' || !hasBrokenSources(own)) return archive;
  const entries = parts.entries.filter(({ path }) => path !== 'sources.db');
  return { ...archive, parts: { ...parts, entries } };
}
