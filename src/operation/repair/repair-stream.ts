import type { JsonObject } from '../../core/json.ts';
import { countSequences, intersectRanges, mergeRanges, NO_SEQUENCES } from '../../core/sequence-ranges.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { Archive } from '../open-archive.ts';
import type { StreamContent } from '../write/stream-content.ts';
import { chooseConfig } from './configuration.ts';
import { repairConsumers } from './consumers.ts';
import { blocksOf } from './part-blocks.ts';
import { countLosses } from './losses.ts';
import { repairedContent } from './repaired-content.ts';
import { LOSS_REASONS, type NoteCode } from './loss-codes.ts';
import type { SalvagedStream } from './salvaged-stream.ts';
import { hasLimitPerSubject, surveySource } from './survey-parts.ts';
import { beyondLimits, survey, type Survey, type SurveyOptions } from './survey.ts';
import type { Damage, RepairNote, RepairOptions, StreamLoss } from './types.ts';

/** One stream, ready to be written: `archive` has the configuration and the consumers that it gets. */
export interface RepairedStream {
  readonly archive: StreamArchive;
  readonly content: StreamContent;
  readonly loss: StreamLoss;
  readonly notes: readonly RepairNote[];
  /** What is written. */
  readonly found: Survey;
}

const MOST_OPEN_NOTES = 100;

/** Joins what is left of a stream; the first source is the one that is repaired. Throws ToolError, CancelledError. */
export async function repairStream(
  sources: readonly [SalvagedStream, ...SalvagedStream[]],
  work: Archive,
  options: RepairOptions,
): Promise<RepairedStream> {
  const [own] = sources;
  const { name, account } = own.archive;
  const proven = mergeRanges(sources.map((source) => source.deleted));
  const asked: SurveyOptions = {
    runs: () => sources.flatMap((source) => source.runs()),
    excluded: options.undelete === true ? NO_SEQUENCES : proven,
    prefer: options.prefer,
    signal: work.signal,
  };
  const likely = options.config ?? own.archive.config;
  const all = sources.length > 1 ? await survey(asked) : await surveySource(own, asked, likely, work.pool);
  const chosen = chooseConfig(sources, options.config, all, name);
  const { template_owner: template, ...owned } = chosen.config;
  const config = options.undelete === true ? withoutLimits(owned) : owned;
  const isCounted = all.total.subjects.size > 0 || !hasLimitPerSubject(config);
  const { found, surveyed } = await withinLimits(isCounted ? all : await survey(asked), config, asked);
  const lastSeq = sources.reduce((seq, source) => (source.lastSeq > seq ? source.lastSeq : seq), 0n);
  const lastTimeNs = sources.find((source) => source.lastSeq === lastSeq)?.lastTimeNs ?? 0n;
  const loss = countLosses({
    sources,
    survey: found,
    deleted: mergeRanges([proven, surveyed.excluded]),
    name,
    lastSeq,
    declaredLastSeq: declaredEnd(own, found, lastSeq),
    counted: own.counted,
  });
  const place = { name, firstSeq: loss.first_seq, lastSeq: loss.last_seq };
  const { consumers, notes } = await repairConsumers(sources, place, surveyed);
  const note = (code: NoteCode, text: string, isLoss: boolean): RepairNote => ({
    code,
    account,
    stream: name,
    text,
    loss: isLoss,
  });
  const said = chosen.said === null ? [] : [note(chosen.said.code, chosen.said.text, chosen.isLoss)];
  if (template !== undefined && template !== '')
    said.push(
      note('TEMPLATE_LEFT_OUT', 'template_owner was left out: no server restores a stream with it', false),
    );
  const isHealed = sources.length > 1 && loss.lost === 0n;
  for (const { file, offsetBytes, code } of isHealed ? [] : openDamages(own)) {
    const place = `${file} at ${offsetBytes ?? 0}`;
    said.push(
      note(code, `${place}: ${LOSS_REASONS[code]}, and nothing tells which messages were there`, true),
    );
  }
  const undeleted = countSequences(intersectRanges(proven, found.recovered));
  if (options.undelete === true)
    said.push(
      note(
        'UNDELETED',
        `${undeleted} deleted messages were written too; limits, and a retention that removes, were lifted`,
        false,
      ),
    );
  const findings = sources.flatMap((source) => source.findings);
  return {
    archive: { ...own.archive, config, created: chosen.created, consumers },
    content: {
      ...repairedContent(name, found, loss, lastTimeNs, findings, surveyed),
      blocks: sources.length === 1 ? blocksOf(own, found, surveyed, work.pool) : undefined,
    },
    loss,
    notes: [...sources.flatMap((source) => source.notes), ...said, ...notes],
    found,
  };
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

/** What would remove the messages again as soon as a server has them. */
function withoutLimits(config: JsonObject): JsonObject {
  const { allow_msg_ttl: _, ...rest } = config;
  return {
    ...rest,
    retention: 'limits',
    max_msgs: -1,
    max_bytes: -1,
    max_age: 0,
    max_msgs_per_subject: -1,
  };
}

async function withinLimits(
  all: Survey,
  config: JsonObject,
  asked: SurveyOptions,
): Promise<{ readonly found: Survey; readonly surveyed: SurveyOptions }> {
  const gone = await beyondLimits(all, config, asked);
  if (gone.length === 0) return { found: all, surveyed: asked };
  const surveyed = { ...asked, excluded: mergeRanges([asked.excluded, gone]) };
  return { found: await survey(surveyed), surveyed };
}

/** backup.json has no checksum: its last sequence counts only where it also counts more messages than were found. */
function declaredEnd(own: SalvagedStream, found: Survey, lastSeq: bigint): bigint {
  const state = own.archive.manifest?.state;
  if (state === undefined || state === null || state.lastSeq <= lastSeq) return 0n;
  return state.messages > BigInt(found.total.messages) ? state.lastSeq : 0n;
}
