import type { StreamArchive } from '../../model/stream-archive.ts';
import type { Archive } from '../open-archive.ts';
import type { OtherArchive } from './other-archives.ts';
import { findOthers, type FoundUse } from './other-streams.ts';
import { mustReadSound } from './past-damage.ts';
import { salvageStream } from './salvage-stream.ts';
import type { SalvagedStream } from './salvaged-stream.ts';
import type { RepairOptions } from './types.ts';
import { nothingOf } from './without-data.ts';

/** What is repaired, and what helps. */
export interface Repairing {
  readonly path: string;
  readonly work: Archive;
  readonly others: readonly OtherArchive[];
  /** Opened past damage, or taken for sound. */
  readonly isPastDamage: boolean;
}

/** What is left of a stream in every archive. */
export interface SalvagedSources {
  /** Its own first. */
  readonly sources: readonly [SalvagedStream, ...SalvagedStream[]];
  /** Of every other archive whether it is among them. */
  readonly uses: readonly FoundUse[];
}

/** Reads what is left of a stream in every archive; `opened` gets what is to be closed at the end. */
export async function salvageSources(
  archive: StreamArchive,
  { work, others, isPastDamage }: Repairing,
  options: RepairOptions,
  opened: SalvagedStream[],
): Promise<SalvagedSources> {
  const isGone = archive.parts.form === 'config' && others.length > 0;
  const own = isGone ? nothingOf(archive) : await salvageStream(archive, work, 0, nameGiven(options));
  opened.push(own);
  if (!isPastDamage) mustReadSound(own);
  const { helpers, uses } = await findOthers(own, others, opened, work.signal);
  return { sources: [own, ...helpers], uses };
}

function nameGiven(options: RepairOptions): string {
  const { name } = options.config ?? {};
  if (typeof name === 'string') return name;
  const [pattern] = options.streams ?? [];
  return pattern === undefined || pattern.includes('*') ? '' : pattern;
}
