import { ToolError } from '../../core/error.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { loadStream, TOOL, withArchive } from '../open-archive.ts';
import { WRITING } from '../threads-ahead.ts';
import { checkInput } from '../write/check-input.ts';
import { placedAs } from '../write/convert.ts';
import { outgoingStream, type OutgoingStream } from '../write/outgoing-stream.ts';
import { carryOut, checkTarget, withData } from '../write/run.ts';
import { skippedStream, withoutData } from '../write/skipped-stream.ts';
import { presumeIntact } from './intact-stream.ts';
import { withOthers } from './other-archives.ts';
import { isElsewhere, mustAllFit, tellUses, type UsesOfStream } from './other-streams.ts';
import { mustOpenSound, soundFirst } from './past-damage.ts';
import { repairStream, type RepairedStream } from './repair-stream.ts';
import { salvageSources, type Repairing } from './salvage-sources.ts';
import type { SalvagedStream } from './salvaged-stream.ts';
import type { RepairNote, RepairOptions, RepairResult, StreamLoss } from './types.ts';
import { lossWithoutData } from './without-data.ts';

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

async function repairWith(repairing: Repairing, options: RepairOptions): Promise<RepairResult> {
  const opened: SalvagedStream[] = [];
  try {
    return await repairStreams(repairing, options, opened);
  } finally {
    for (const stream of opened) stream.close();
  }
}

async function repairStreams(
  repairing: Repairing,
  options: RepairOptions,
  opened: SalvagedStream[],
): Promise<RepairResult> {
  const { path, work, others } = repairing;
  const archives = work.selected.map(loadStream);
  const { usable, skipped } = withoutKey(withData(archives, (archive) => isElsewhere(archive, others)));
  const prepared: PreparedStream[] = [];
  const told: UsesOfStream[] = [];
  const without = archives.filter((archive) => !usable.includes(archive));
  for (const archive of usable) {
    const stream = await prepare(archive, { ...repairing, told }, options, opened);
    if (stream === null) without.push(archive);
    else prepared.push(stream);
  }
  mustAllFit(told, others);
  const unhealed = without.filter((archive) => usable.includes(archive)).map(withoutData);
  const streams = prepared.map(({ outgoing }) => outgoing);
  const placed = placedAs(options.to === 'store' ? 'store' : 'v1', streams, work);
  const written = await carryOut(
    { placed, copies: [], skipped: [...skipped, ...unhealed], notes: [] },
    work,
    options,
  );
  const repaired = prepared.map(({ outcome }) => outcome());
  const losses = [
    ...repaired.map(({ loss }) => loss),
    ...without.map(lossWithoutData).filter((loss) => loss !== null),
  ];
  const notes = repaired.flatMap((stream) => stream.notes);
  return {
    written: {
      ...written,
      notes: [...losses.flatMap(sayOthers), ...notes.map(sentence), ...written.notes],
    },
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
      written.skipped.some((stream) => stream.lost_messages > 0n) ||
      notes.some((note) => note.loss),
  };
}

interface PreparedStream {
  readonly outgoing: OutgoingStream;
  /** What became of it, known for good once it was written. */
  readonly outcome: () => RepairedStream;
}

/** What a repair knows, and `told`: what other archives are for its streams. */
interface Preparing extends Repairing {
  readonly told: UsesOfStream[];
}

/**
 * A stream that may be intact is salvaged where that turns out not to be so while it is written. null where nothing is left
 * of it anywhere.
 */
async function prepare(
  archive: StreamArchive,
  repairing: Preparing,
  options: RepairOptions,
  opened: SalvagedStream[],
): Promise<PreparedStream | null> {
  const { path, work, others, isPastDamage, told } = repairing;
  const paths = [path, ...(options.from ?? [])];
  const salvage = async (): Promise<RepairedStream | null> => {
    const { sources, uses } = await salvageSources(archive, repairing, options, opened);
    told.push({ name: sources[0].archive.name, uses });
    if (archive.parts.form === 'config' && sources.length === 1) return null;
    const repaired = await repairStream(sources, work, options);
    return { ...repaired, loss: { ...repaired.loss, others: tellUses(uses, repaired.found.helped, paths) } };
  };
  // The configuration that was given is in it already.
  const { config: _, ...changes } = options;
  const outgoing = ({ archive: source, content }: RepairedStream): OutgoingStream =>
    outgoingStream(source, content, changes);
  const isAlone = !isPastDamage && others.length === 0;
  const presumed = isAlone ? await presumeIntact(archive, work, options) : null;
  const prepared = presumed ?? (await salvage());
  if (prepared === null) return null;
  let repaired = prepared;
  const instead = async (): Promise<OutgoingStream> => {
    repaired = (await salvage()) ?? repaired;
    return outgoing(repaired);
  };
  const first = outgoing(repaired);
  return { outgoing: presumed === null ? first : { ...first, instead }, outcome: () => repaired };
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

/** Of several streams another archive may well hold only some. */
function sayOthers({ name, others, lost }: StreamLoss): string[] {
  return others.filter(({ by }) => by !== 'name' || lost > 0n).map(({ text }) => `${name}: ${text}`);
}

function sentence({ stream, consumer, text }: RepairNote): string {
  return `${stream}${consumer === undefined ? '' : `, consumer ${consumer}`}: ${text}`;
}
