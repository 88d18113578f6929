import { UsageError } from '../../core/error.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { onlyName } from '../open/only-name.ts';
import { loadStream } from '../open/load-stream.ts';
import { withArchive, type Archive } from '../open/open-archive.ts';
import type { RepairOptions } from './types.ts';

/** An archive that helps: a replica, or an older backup. */
export interface OtherArchive {
  readonly path: string;
  /** Its place among the sources; the one that is repaired is 0. */
  readonly source: number;
  readonly work: Archive;
  readonly streams: readonly StreamArchive[];
}

/** Opens the archives of `from`, does the work and closes them, whatever happens. Throws SourceError. */
export async function withOthers<T>(
  options: RepairOptions,
  work: (others: readonly OtherArchive[]) => Promise<T>,
  opened: readonly OtherArchive[] = [],
): Promise<T> {
  const path = options.from?.[opened.length];
  if (path === undefined) return work(opened);
  const { jobs, signal } = options;
  // Of several, one may be missing there.
  const name = onlyName(options);
  const select = {
    salvage: true,
    ...(jobs === undefined ? {} : { jobs }),
    ...(signal === undefined ? {} : { signal }),
    ...(name === undefined ? {} : { streams: [name] }),
  };
  return withArchive(path, select, async (archive) => {
    const other = {
      path,
      source: opened.length + 1,
      work: archive,
      streams: archive.selected.map(loadStream),
    };
    return withOthers(options, work, [...opened, other]);
  });
}

/** The stream of an archive that is called as the one that is repaired; null where there is none. Throws UsageError. */
export function sameName(other: OtherArchive, own: StreamArchive): StreamArchive | null {
  const [only] = other.streams;
  const isBare = only !== undefined && other.streams.length === 1 && only.name === '';
  const named = isBare ? [only] : other.streams.filter(({ name }) => name === own.name);
  const ofAccount = named.length === 1 ? named : named.filter(({ account }) => account === own.account);
  const fitting = likeliest(ofAccount, own.name);
  if (fitting.length > 1)
    throw new UsageError(`${other.path}: several streams are called ${own.name}: give the folder of one`);
  return fitting[0] ?? null;
}

/** Of several streams of one name those that have data, and of these the one whose folder is called so. */
function likeliest(streams: readonly StreamArchive[], name: string): readonly StreamArchive[] {
  const withData = streams.filter(({ form }) => form !== 'config');
  const called = withData.filter(({ parts }) => parts.folderName === name);
  if (called.length === 1) return called;
  return withData.length > 0 ? withData : streams;
}
