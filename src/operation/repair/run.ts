import { ToolError } from '../../core/error.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { loadStream, TOOL, withArchive, type Archive } from '../open-archive.ts';
import { WRITING } from '../threads-ahead.ts';
import { checkInput } from '../write/check-input.ts';
import { placedAs } from '../write/convert.ts';
import { outgoingStream, type OutgoingStream } from '../write/outgoing-stream.ts';
import { carryOut, checkTarget, withData } from '../write/run.ts';
import { skippedStream } from '../write/skipped-stream.ts';
import { sameStream, withOthers, type OtherArchive } from './other-archives.ts';
import { mustOpenSound, mustReadSound, soundFirst } from './past-damage.ts';
import { repairStream } from './repair-stream.ts';
import { lossWithoutData, nothingOf } from './without-data.ts';
import { salvageFiles } from './salvage-files.ts';
import { salvageV2 } from './salvage-v2.ts';
import type { SalvagedStream } from './salvaged-stream.ts';
import type { RepairNote, RepairOptions, RepairResult, StreamLoss } from './types.ts';

/**
 * Writes what is intact in a damaged archive as a backup or a store that servers take: every record whose checksum fits and
 * that nothing proves deleted, whatever lies before it. What is lost is told, sequence by sequence. The input is only read.
 * Throws UsageError, SourceError, ToolError, CancelledError; then nothing is at the target.
 */
export async function repairArchive(path: string, options: RepairOptions): Promise<RepairResult> {
  for (const archive of [path, ...(options.from ?? [])]) checkTarget(archive, options.target);
  await checkInput(path, options);
  return soundFirst(path, async (isPastDamage) =>
    withArchive(path, { ...options, ...WRITING, salvage: isPastDamage }, async (work) => {
      if (!isPastDamage) mustOpenSound(work);
      return withOthers(options, async (others) => repairWith({ path, work, others, isPastDamage }, options));
    }),
  );
}

/** What is repaired, and what helps. */
interface Repairing {
  readonly path: string;
  readonly work: Archive;
  readonly others: readonly OtherArchive[];
  /** Opened past damage, or taken for sound. */
  readonly isPastDamage: boolean;
}

async function repairWith(repairing: Repairing, options: RepairOptions): Promise<RepairResult> {
  const opened: SalvagedStream[] = [];
  try {
    return await repairStreams(repairing, options, opened);
  } finally {
    for (const stream of opened) stream.close();
  }
}

async function repairStreams(
  { path, work, others, isPastDamage }: Repairing,
  options: RepairOptions,
  opened: SalvagedStream[],
): Promise<RepairResult> {
  const archives = work.selected.map(loadStream);
  const { usable, skipped } = withoutKey(withData(archives));
  const outgoing: OutgoingStream[] = [];
  const losses: StreamLoss[] = [];
  const notes: RepairNote[] = [];
  for (const archive of usable) {
    const isGone = archive.parts.form === 'config' && others.length > 0;
    const own = isGone ? nothingOf(archive) : await salvage(archive, work, 0, nameGiven(options));
    opened.push(own);
    if (!isPastDamage) mustReadSound(own);
    const helpers = await salvageOthers(own.archive, others, opened);
    const repaired = await repairStream([own, ...helpers], work, options);
    // The configuration that was given is in it already.
    const { config: _, ...changes } = options;
    outgoing.push(outgoingStream(repaired.archive, repaired.content, changes));
    losses.push(repaired.loss);
    notes.push(...repaired.notes);
  }
  for (const archive of archives) {
    const loss = usable.includes(archive) ? null : lossWithoutData(archive);
    if (loss !== null) losses.push(loss);
  }
  const placed = placedAs(options.to === 'store' ? 'store' : 'v1', outgoing, work);
  const written = await carryOut({ placed, copies: [], skipped, notes: notes.map(sentence) }, work, options);
  return {
    written,
    loss: {
      type: 'natsarc.v1.loss',
      tool: TOOL,
      sources: [path, ...(options.from ?? [])],
      target: options.target,
      streams: losses,
      notes,
    },
    isLossy:
      losses.some((loss) => loss.lost > 0n) ||
      skipped.some((stream) => stream.lost_messages > 0n) ||
      notes.some((note) => note.loss),
  };
}

/** Of several streams those that are encrypted are left out, and told. */
function withoutKey({ usable, skipped }: ReturnType<typeof withData>): ReturnType<typeof withData> {
  const isClosed = ({ encrypted }: StreamArchive): boolean => encrypted !== null && usable.length > 1;
  const [first] = usable;
  if (first !== undefined && usable.every(isClosed))
    throw new ToolError(`${first.name}: encrypted, its key is needed`);
  const closed = usable
    .filter(isClosed)
    .map((archive) => skippedStream(archive, 'encrypted, its key is needed'));
  return { usable: usable.filter((archive) => !isClosed(archive)), skipped: [...skipped, ...closed] };
}

function sentence({ stream, consumer, text }: RepairNote): string {
  return `${stream}${consumer === undefined ? '' : `, consumer ${consumer}`}: ${text}`;
}

async function salvage(
  archive: StreamArchive,
  work: Archive,
  source: number,
  name: string,
): Promise<SalvagedStream> {
  const { parts } = archive;
  if (archive.encrypted !== null) throw new ToolError(`${archive.name}: encrypted, its key is needed`);
  if (parts.form === 'config') throw new ToolError(`${archive.name}: a configuration without data`);
  if (parts.form === 'v2') return salvageV2(archive, parts, work, source, name);
  return salvageFiles(archive, parts, work, source, name);
}

async function salvageOthers(
  own: StreamArchive,
  others: readonly OtherArchive[],
  opened: SalvagedStream[],
): Promise<SalvagedStream[]> {
  const salvaged: SalvagedStream[] = [];
  for (const other of others) {
    const archive = sameStream(other, own);
    if (archive === null || archive.parts.form === 'config') continue;
    const stream = await salvage(archive, other.work, other.source, own.name);
    opened.push(stream);
    // Places are told with the archive they are in.
    const inside = (label: string): string => `${other.path}:${label}`;
    salvaged.push({
      ...stream,
      listed: stream.listed.map((listing) => ({ ...listing, file: inside(listing.file) })),
      damages: function* () {
        for (const damage of stream.damages()) yield { ...damage, file: inside(damage.file) };
      },
      findings: [],
    });
  }
  return salvaged;
}

function nameGiven(options: RepairOptions): string {
  const { name } = options.config ?? {};
  if (typeof name === 'string') return name;
  const [pattern] = options.streams ?? [];
  return pattern === undefined || pattern.includes('*') ? '' : pattern;
}
