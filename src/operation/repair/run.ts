import { join } from 'node:path';
import { ToolError } from '../../core/error.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { loadStream, TOOL, withArchive, type Archive } from '../open-archive.ts';
import { WRITING } from '../threads-ahead.ts';
import { checkInput } from '../write/check-input.ts';
import { ONE_STREAM_KINDS } from '../write/convert.ts';
import { outgoingStream } from '../write/outgoing-stream.ts';
import { carryOut, checkTarget, withData } from '../write/run.ts';
import { skippedStream, withoutData } from '../write/skipped-stream.ts';
import type { PlacedStream } from '../write/write-placed.ts';
import { withOthers, type OtherArchive } from './other-archives.ts';
import { findOthers, isElsewhere, mustAllFit, tellUses, type UsesOfStream } from './other-streams.ts';
import { mustOpenSound, mustReadSound, soundFirst } from './past-damage.ts';
import { repairStream } from './repair-stream.ts';
import { lossWithoutData, nothingOf } from './without-data.ts';
import { salvageStream } from './salvage-stream.ts';
import type { SalvagedStream } from './salvaged-stream.ts';
import type { RepairNote, RepairOptions, RepairResult, StreamLoss } from './types.ts';

/**
 * Writes what is intact in a damaged archive as a backup that servers take: every record whose checksum fits and that
 * nothing proves deleted, whatever lies before it. What is lost is told, sequence by sequence. The input is only read.
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
  const { usable, skipped } = withoutKey(withData(archives, (archive) => isElsewhere(archive, others)));
  const isOne = usable.length === 1 && ONE_STREAM_KINDS.includes(work.container.kind);
  const hasAccounts = new Set(usable.map(({ account }) => account)).size > 1;
  const placed: PlacedStream[] = [];
  const losses: StreamLoss[] = [];
  const sources = [path, ...(options.from ?? [])];
  const told: UsesOfStream[] = [];
  const unhealed: StreamArchive[] = [];
  const notes: RepairNote[] = [];
  for (const archive of usable) {
    const hasNothing = archive.parts.form === 'config' && others.length > 0;
    const own = hasNothing ? nothingOf(archive) : await salvageStream(archive, work, 0, nameGiven(options));
    opened.push(own);
    if (!isPastDamage) mustReadSound(own);
    const { helpers, uses } = await findOthers(own, others, opened, work.signal);
    told.push({ name: own.archive.name, uses });
    if (hasNothing && helpers.length === 0) {
      unhealed.push(archive);
      continue;
    }
    const repaired = await repairStream([own, ...helpers], work, options);
    // The configuration that was given is in it already.
    const { config: _, ...changes } = options;
    const stream = outgoingStream(repaired.archive, repaired.content, changes);
    const place = isOne ? '' : join(hasAccounts ? (archive.account ?? '') : '', stream.name);
    placed.push({ stream, shape: { as: 'backup', form: 'v1' }, path: place });
    losses.push({ ...repaired.loss, others: tellUses(uses, repaired.found.helped, sources) });
    notes.push(...repaired.notes);
  }
  mustAllFit(told, others);
  for (const archive of archives) {
    const isWritten = usable.includes(archive) && !unhealed.includes(archive);
    const loss = isWritten ? null : lossWithoutData(archive);
    if (loss !== null) losses.push(loss);
  }
  const written = await carryOut(
    {
      placed,
      copies: [],
      skipped: [...skipped, ...unhealed.map(withoutData)],
      notes: [...losses.flatMap(sayOthers), ...notes.map(sentence)],
    },
    work,
    options,
  );
  return {
    written,
    loss: {
      type: 'natsarc.v1.loss',
      tool: TOOL,
      sources,
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

function sayOthers({ name, others, lost }: StreamLoss): string[] {
  return others.filter(({ by }) => by !== 'name' || lost > 0n).map(({ text }) => `${name}: ${text}`);
}

function sentence({ stream, consumer, text }: RepairNote): string {
  return `${stream}${consumer === undefined ? '' : `, consumer ${consumer}`}: ${text}`;
}

function nameGiven(options: RepairOptions): string {
  const { name } = options.config ?? {};
  if (typeof name === 'string') return name;
  const [pattern] = options.streams ?? [];
  return pattern === undefined || pattern.includes('*') ? '' : pattern;
}
