import { unpackRanges } from '../../core/packed-ranges.ts';
import type { JsonObject } from '../../core/json.ts';
import { countSequences, intersectRanges, mergeRanges, NO_SEQUENCES } from '../../core/sequence-ranges.ts';
import { liveSet } from '../../model/live-set.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { Archive } from '../open-archive.ts';
import type { StreamContent } from '../write/stream-content.ts';
import { chooseConfig } from './configuration.ts';
import { repairConsumers } from './consumers.ts';
import { countLosses } from './losses.ts';
import { repairedContent } from './repaired-content.ts';
import type { SalvagedStream } from './salvaged-stream.ts';
import { beyondLimits, survey, type Survey, type SurveyOptions } from './survey.ts';
import type { RepairNote, RepairOptions, StreamLoss } from './types.ts';

/** One stream, ready to be written: `archive` has the configuration and the consumers that it gets. */
export interface RepairedStream {
  readonly archive: StreamArchive;
  readonly content: StreamContent;
  readonly loss: StreamLoss;
  readonly notes: readonly RepairNote[];
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
    runs: sources.flatMap((source) => source.runs),
    excluded: options.undelete === true ? NO_SEQUENCES : proven,
    prefer: options.prefer,
    signal: work.signal,
  };
  const all = await survey(asked);
  const chosen = chooseConfig(sources, options.config, all, name);
  const config = options.undelete === true ? withoutLimits(chosen.config) : chosen.config;
  const { found, surveyed } = await withinLimits(all, config, asked);
  const lastSeq = sources.reduce((seq, source) => (source.lastSeq > seq ? source.lastSeq : seq), 0n);
  const lastTimeNs = sources.find((source) => source.lastSeq === lastSeq)?.lastTimeNs ?? 0n;
  const loss = countLosses({
    sources,
    survey: found,
    deleted: mergeRanges([proven, surveyed.excluded]),
    name,
    lastSeq,
    declaredLastSeq: declaredEnd(own, found, lastSeq),
  });
  const place = { name, firstSeq: loss.first_seq, lastSeq: loss.last_seq };
  const { consumers, notes } = await repairConsumers(sources, place, surveyed);
  const said =
    chosen.said === null ? [] : [{ account, stream: name, text: chosen.said, loss: chosen.isLoss }];
  const open = sources.length > 1 && loss.lost === 0n ? [] : own.damages.filter(({ isOpen }) => isOpen);
  for (const { file, offsetBytes, reason } of open.slice(0, MOST_OPEN_NOTES))
    said.push({
      account,
      stream: name,
      text: `${file} at ${offsetBytes ?? 0}: ${reason}, and nothing tells which messages were there`,
      loss: true,
    });
  const undeleted = countSequences(intersectRanges(proven, found.recovered));
  if (options.undelete === true)
    said.push({
      account,
      stream: name,
      text: `${undeleted} deleted messages were written too; limits, and a retention that removes, were lifted`,
      loss: false,
    });
  const findings = sources.flatMap((source) => source.findings);
  return {
    archive: { ...own.archive, config, created: chosen.created, consumers },
    content: {
      ...repairedContent(name, found, loss, lastTimeNs, findings, surveyed),
      blocks: sources.length === 1 ? soundBlocks(own, found, work) : undefined,
    },
    loss,
    notes: [...sources.flatMap((source) => source.notes), ...said, ...notes],
  };
}

/** Where nothing is damaged the blocks are taken over whole, as any writer does. */
function soundBlocks(own: SalvagedStream, found: Survey, { pool }: Archive): StreamContent['blocks'] {
  if (own.whole === null || found.disagreements.length > 0) return undefined;
  const sets = own.whole.map(({ file, scan }) =>
    liveSet(file, scan, intersectRanges(unpackRanges(scan.ranges), found.recovered), null),
  );
  return { streamName: own.archive.name, sets: sets.filter(({ live }) => live.count > 0n), pool };
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
