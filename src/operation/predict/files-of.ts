import type { Entry } from '../../container/entry.ts';
import { oncePer } from '../../core/once-per.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';

/** The files of a stream by their paths. */
export const filesOf: (archive: StreamArchive) => ReadonlyMap<string, Entry> = oncePer(
  ({ parts }: StreamArchive) =>
    new Map('entries' in parts ? parts.entries.map((entry) => [entry.path, entry]) : []),
);
