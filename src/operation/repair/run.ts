import { ToolError } from '../../core/error.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { loadStream } from '../open/load-stream.ts';
import { isStandalone, withArchive } from '../open/open-archive.ts';
import { TOOL } from '../open/report-source.ts';
import { WRITING } from '../threads-ahead.ts';
import { checkInput } from '../write/check-input.ts';
import { placedAs } from '../convert/run.ts';
import { carryOut, checkTarget } from '../write/run.ts';
import { skippedStream, withoutData } from '../loss/skipped-stream.ts';
import { foreignFinding } from '../open/why-without-data.ts';
import { withData } from '../selection/streams-to-write.ts';
import { tellTwins } from '../selection/told-twins.ts';
import { twinsAmong } from '../twins/twin-streams.ts';
import { withOthers } from './other-archives.ts';
import { missingStreams } from './missing-streams.ts';
import { isElsewhere, mustAllFit } from './other-streams.ts';
import { mustOpenSound, soundFirst } from './past-damage.ts';
import { overlappingStreams } from './overlapping-streams.ts';
import { prepareStream, type PreparedStream } from './prepare-stream.ts';
import type { Repairing } from './salvage-sources.ts';
import type { RepairNote, StreamLoss } from '../salvage/types.ts';
import { withTwinHints } from './twin-hints.ts';
import type { RepairOptions, RepairResult } from './types.ts';
import { withDoubts } from './with-doubts.ts';
import { lossWithoutData } from './without-data.ts';

/**
 * Writes what is intact in a damaged archive as a backup or a store that servers take (`to`; else a store that is of no
 * cluster as a store, what else there is as a backup): every record whose checksum fits and
 * that nothing proves deleted, whatever lies before it. What is lost is told, sequence by sequence. The input is only read.
 * Throws UsageError, SourceError, ToolError, CancelledError; then nothing is at the target.
 */
export async function repairArchive(path: string, options: RepairOptions): Promise<RepairResult> {
  for (const archive of [path, ...(options.from ?? [])]) checkTarget(archive, options.target);
  await checkInput(path, options);
  return soundFirst(path, async (isPastDamage) =>
    withArchive(path, { ...options, ...WRITING, salvage: isPastDamage }, async (work) => {
      if (!isPastDamage) mustOpenSound(work);
      // A server of a cluster takes streams from its peers, or as backups.
      const to = options.to ?? (isStandalone(work.container) ? 'store' : 'backup');
      return withOthers(options, async (others) =>
        repairWith({ path, work, others, isPastDamage, opened: [] }, { ...options, to }),
      );
    }),
  );
}

async function repairWith(repairing: Repairing, options: RepairOptions): Promise<RepairResult> {
  try {
    return await repairStreams(repairing, options);
  } finally {
    for (const stream of repairing.opened) stream.close();
  }
}

async function repairStreams(repairing: Repairing, options: RepairOptions): Promise<RepairResult> {
  const { path, work, others } = repairing;
  const archives = work.selected.map(loadStream);
  const { usable, skipped } = withoutKey(
    withData(archives, options, (archive) => isElsewhere(archive, others)),
  );
  const sources = [path, ...(options.from ?? [])];
  const prepared = new Map<StreamArchive, PreparedStream>();
  for (const archive of usable)
    prepared.set(archive, await prepareStream(archive, repairing, sources, options));
  mustAllFit([...prepared.values()], others);
  const twins = twinsAmong(usable, (archive) => prepared.get(archive)?.outgoing?.name ?? null);
  const all = new Map(prepared);
  const told = await tellTwins(twins.all, work, (archive) => all.get(archive)?.recovered() ?? null);
  for (const found of twins.found) prepared.delete(found);
  const streams = [...prepared.values()].flatMap(({ outgoing }) => (outgoing === null ? [] : [outgoing]));
  const unhealed = usable.filter((archive) => prepared.get(archive)?.outgoing === null);
  const placed = placedAs(options.to === 'store' ? 'store' : 'v1', streams, work);
  const left = [...skipped, ...unhealed.map(withoutData), ...told.flatMap((twin) => twin.skipped ?? [])];
  const notesOnTwins = told.flatMap(({ note }) => note ?? []);
  const copy = await carryOut({ placed, copies: [], skipped: left, notes: notesOnTwins }, work, options);
  const repaired = [...prepared.values()].flatMap(({ outcome }) => outcome() ?? []);
  const written = withDoubts(copy, repaired);
  const unwritten = [
    ...archives.filter(
      (archive) => (prepared.get(archive)?.outgoing ?? null) === null && !twins.found.has(archive),
    ),
    ...twins.declared,
  ];
  const losses = [
    ...repaired.map(({ loss }) => loss),
    ...unwritten.map(lossWithoutData).filter((loss) => loss !== null),
  ];
  const notes = [
    ...repaired.flatMap((stream) => stream.notes),
    ...overlappingStreams(streams),
    ...missingStreams(work, archives, others, options),
  ];
  return {
    written: {
      ...written,
      skipped: withTwinHints(written.skipped, told, path, (archive) => ({
        loss: all.get(archive)?.outcome()?.loss,
        recovered: all.get(archive)?.recovered() ?? null,
      })),
      notes: [...losses.flatMap(sayOthers), ...notes.map(sentence), ...written.notes],
    },
    loss: {
      type: 'natsarc.v1.loss',
      tool: TOOL,
      sources,
      target: options.target,
      streams: losses,
      notes,
    },
    notes: written.notes,
    isLossy:
      losses.some((loss) => loss.lost > 0n) ||
      left.some((stream) => stream.lost_messages > 0n) ||
      unwritten.some(({ parts }) => foreignFinding(parts) !== undefined) ||
      written.streams.some(({ refused }) => refused !== undefined) ||
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
