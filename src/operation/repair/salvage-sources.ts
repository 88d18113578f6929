import { ToolError } from '../../core/error.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { Archive } from '../open-archive.ts';
import { sameStream, type OtherArchive } from './other-archives.ts';
import { mustReadSound } from './past-damage.ts';
import { salvageFiles } from './salvage-files.ts';
import { salvageV2 } from './salvage-v2.ts';
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

/** Reads what is left of a stream in every archive, its own first; `opened` gets what is to be closed at the end. */
export async function salvageSources(
  archive: StreamArchive,
  { work, others, isPastDamage }: Repairing,
  options: RepairOptions,
  opened: SalvagedStream[],
): Promise<readonly [SalvagedStream, ...SalvagedStream[]]> {
  const isGone = archive.parts.form === 'config' && others.length > 0;
  const own = isGone ? nothingOf(archive) : await salvage(archive, work, 0, nameGiven(options));
  opened.push(own);
  if (!isPastDamage) mustReadSound(own);
  return [own, ...(await salvageOthers(own.archive, others, opened))];
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
