import { ToolError, UsageError } from '../../core/error.ts';
import { mergeRanges } from '../../core/sequence-ranges.ts';
import type { Finding } from '../../findings/finding.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { StagedFolder } from '../../writer/staged-folder.ts';
import { loadStream, TOOL, withArchive, type Archive } from '../open-archive.ts';
import { stateReport } from '../state-report.ts';
import { checkWritten, ONE_STREAM_KINDS } from '../write-backup/run.ts';
import { writeStreamBackup } from '../write-backup/stream-backup.ts';
import type { SkippedStream, WrittenStream } from '../write-backup/types.ts';
import { chooseConfig } from './configuration.ts';
import { repairConsumers } from './consumers.ts';
import { countLosses } from './losses.ts';
import { repairedContent } from './repaired-content.ts';
import { salvageFiles } from './salvage-files.ts';
import type { SalvagedStream } from './salvaged-stream.ts';
import { beyondLimits, survey, type Survey, type SurveyOptions } from './survey.ts';
import type { RepairNote, RepairOptions, RepairResult, StreamLoss } from './types.ts';

/**
 * Writes what is intact in a damaged archive as a backup that servers take: every record whose checksum fits and that
 * nothing proves deleted, whatever lies before it. What is lost is told, sequence by sequence. The input is only read.
 * Throws UsageError, SourceError, ToolError, CancelledError; then nothing is at the target.
 */
export async function repairArchive(path: string, options: RepairOptions): Promise<RepairResult> {
  return withArchive(path, options, async (work) => {
    const staged = new StagedFolder(options.target);
    try {
      const result = await repairStreams(path, work, options, staged);
      await checkWritten(staged.path, result.written, options);
      staged.commit();
      return result;
    } catch (error) {
      staged.discard();
      throw error;
    }
  });
}

async function repairStreams(
  path: string,
  work: Archive,
  options: RepairOptions,
  staged: StagedFolder,
): Promise<RepairResult> {
  const isOne = work.selected.length === 1 && ONE_STREAM_KINDS.includes(work.container.kind);
  const streams: WrittenStream[] = [];
  const skipped: SkippedStream[] = [];
  const losses: StreamLoss[] = [];
  const notes: RepairNote[] = [];
  const findings: Finding[] = [];
  if (work.selected.length === 0) throw new UsageError('there is no stream in it');
  for (const parts of work.selected) {
    const archive = loadStream(parts);
    if (work.selected.length > 1 && (archive.parts.form === 'config' || archive.encrypted !== null)) {
      const reason =
        archive.encrypted === null ? 'a configuration without data' : 'encrypted, its key is needed';
      skipped.push({ account: archive.account, name: archive.name, reason });
      continue;
    }
    const repaired = await repairStream(await salvage(archive, work, 0, options), work, options);
    const { name } = repaired.archive;
    if (streams.some((other) => other.name === name))
      throw new UsageError(`two streams are called ${name}: --account must choose`);
    await writeStreamBackup({ ...repaired, name, folder: isOne ? '' : name, signal: options.signal }, staged);
    streams.push({
      account: archive.account,
      name,
      state: stateReport(repaired.content.state, { consumerCount: repaired.consumers.length, gaps: false }),
    });
    losses.push(repaired.loss);
    notes.push(...repaired.notes);
    findings.push(...repaired.findings);
  }
  if (streams.length === 0) throw new ToolError('none of the streams has data in it');
  const lost = losses.flatMap(({ ranges }) => ranges.filter(({ state }) => state === 'lost'));
  return {
    written: {
      type: 'natsarc.v1.written',
      tool: TOOL,
      target: options.target,
      streams,
      skipped,
      lost: {
        msgs: lost.map(({ from, to }) => [from, to] as const),
        bytes: lost.reduce((sum, { length }) => sum + (length ?? 0), 0),
      },
      bytes_written: staged.bytesWritten,
      findings,
      notes,
    },
    loss: {
      type: 'natsarc.v1.loss',
      tool: TOOL,
      sources: [path, ...(options.from ?? [])],
      target: options.target,
      streams: losses,
      notes,
    },
    isLossy: losses.some((loss) => loss.lost > 0n) || notes.some((note) => note.loss),
  };
}

async function salvage(
  archive: StreamArchive,
  work: Archive,
  source: number,
  options: RepairOptions,
): Promise<SalvagedStream> {
  const { parts } = archive;
  if (archive.encrypted !== null) throw new ToolError(`${archive.name}: encrypted, its key is needed`);
  if (parts.form === 'config') throw new ToolError(`${archive.name}: a configuration without data`);
  if (parts.form === 'v2') throw new ToolError(`${archive.name}: V2 archives cannot be repaired yet`);
  return salvageFiles(archive, parts, work, source, nameGiven(options));
}

function nameGiven(options: RepairOptions): string {
  const { name } = options.config ?? {};
  if (typeof name === 'string') return name;
  const [pattern] = options.streams ?? [];
  return pattern === undefined || pattern.includes('*') ? '' : pattern;
}

/** One stream, ready to be written. */
interface RepairedStream {
  readonly archive: StreamArchive;
  readonly content: ReturnType<typeof repairedContent>;
  readonly consumers: StreamArchive['consumers'];
  readonly loss: StreamLoss;
  readonly notes: readonly RepairNote[];
  readonly findings: readonly Finding[];
}

async function repairStream(
  own: SalvagedStream,
  work: Archive,
  options: RepairOptions,
): Promise<RepairedStream> {
  const sources = [own];
  const { name, account } = own.archive;
  const deleted = mergeRanges(sources.map((source) => source.deleted));
  const asked: SurveyOptions = {
    runs: sources.flatMap((source) => source.runs),
    excluded: deleted,
    prefer: options.prefer,
    signal: work.signal,
  };
  const all = await survey(asked);
  const chosen = chooseConfig(sources, options.config, all, name);
  const { found, surveyed } = await withinLimits(all, chosen.config, asked);
  const lastSeq = sources.reduce((seq, source) => (source.lastSeq > seq ? source.lastSeq : seq), 0n);
  const lastTimeNs = sources.find((source) => source.lastSeq === lastSeq)?.lastTimeNs ?? 0n;
  const loss = countLosses({
    sources,
    survey: found,
    deleted: surveyed.excluded,
    name,
    lastSeq,
    declaredLastSeq: declaredEnd(own, found, lastSeq),
  });
  const place = { name, firstSeq: loss.first_seq, lastSeq: loss.last_seq };
  const { consumers, notes } = await repairConsumers(sources, place, surveyed);
  const said =
    chosen.said === null ? [] : [{ account, stream: name, text: chosen.said, loss: chosen.isLoss }];
  return {
    archive: { ...own.archive, config: chosen.config, created: chosen.created },
    content: repairedContent(name, found, loss, lastTimeNs, surveyed),
    consumers,
    loss,
    notes: [...sources.flatMap((source) => source.notes), ...said, ...notes],
    findings: sources.flatMap((source) => source.findings),
  };
}

async function withinLimits(
  all: Survey,
  config: Parameters<typeof beyondLimits>[1],
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
