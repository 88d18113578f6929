import { mustHaveName } from '../open/nameless.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { onlyName } from '../open/only-name.ts';
import type { Archive } from '../open/open-archive.ts';
import type { OtherArchive } from './other-archives.ts';
import { findOthers, type FoundUse } from './other-streams.ts';
import { mustReadSound } from './past-damage.ts';
import { salvageStream } from '../salvage/stream/salvage-stream.ts';
import type { SalvagedStream } from '../salvage/stream/salvaged-stream.ts';
import type { RepairOptions } from './types.ts';
import { nothingOf } from './without-data.ts';

/** What is repaired, and what helps. */
export interface Repairing {
  readonly path: string;
  readonly work: Archive;
  readonly others: readonly OtherArchive[];
  /** Opened past damage, or taken for sound. */
  readonly isPastDamage: boolean;
  /** What is to be closed at the end. */
  readonly opened: SalvagedStream[];
}

/** What every archive has of a stream. */
export interface SalvagedSources {
  /** Its own first, then those that are the same stream. */
  readonly sources: readonly [SalvagedStream, ...SalvagedStream[]];
  readonly uses: readonly FoundUse[];
  /** Its own archive has no data of it, nor has another. */
  readonly isEmpty: boolean;
}

/** Reads what is left of a stream in every archive. Throws SourceError, UsageError, ToolError, CancelledError. */
export async function salvageSources(
  archive: StreamArchive,
  { work, others, isPastDamage, opened }: Repairing,
  options: RepairOptions,
): Promise<SalvagedSources> {
  const hasNothing = archive.parts.form === 'config' && others.length > 0;
  const own = hasNothing
    ? nothingOf(archive)
    : await salvageStream(archive, { ...work, isPastDamage }, 0, nameGiven(options));
  opened.push(own);
  mustHaveName(own.archive.name, archive.parts, true);
  if (!isPastDamage) mustReadSound(own);
  const { helpers, uses } = await findOthers(own, others, opened, work.signal);
  return { sources: [own, ...helpers], uses, isEmpty: hasNothing && helpers.length === 0 };
}

function nameGiven(options: RepairOptions): string {
  const { name } = options.config ?? {};
  if (typeof name === 'string') return name;
  return onlyName(options) ?? '';
}
