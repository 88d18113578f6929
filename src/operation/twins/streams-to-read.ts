import { posix } from 'node:path';
import { shellWord } from '../../core/shell-word.ts';
import { groupedBy } from '../../core/grouped.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { loadStream } from '../open/load-stream.ts';
import type { Archive } from '../open/open-archive.ts';
import { mustBeOne } from '../open/choose-one.ts';
import { isMisplaced, twinFolder, twinsAmong, twinText, type TwinStream } from './twin-streams.ts';

/** The selected streams, each once, and in words which were left out. */
export interface StreamsToRead {
  /** To be walked once: where none can be there twice they are opened one by one. */
  readonly archives: Iterable<StreamArchive>;
  readonly leftOut: readonly string[];
}

/**
 * Of the folders of an account's backup that hold one stream the one that a writing command takes. Throws SourceError,
 * UsageError where nothing tells which that is.
 */
export function streamsToRead({
  container,
  selected,
}: Pick<Archive, 'container' | 'selected'>): StreamsToRead {
  if (container.kind !== 'account-backup' || selected.length === 1)
    return { archives: opened(selected), leftOut: [] };
  const archives = selected.map(loadStream);
  const named = archives.filter(({ form, name }) => form !== 'config' && name !== '');
  const twins = twinsAmong(named);
  const once = named.filter((archive) => !twins.found.has(archive));
  const placeOf = ({ account, name }: StreamArchive): string => `${account ?? ''}/${name}`;
  for (const same of groupedBy(once, placeOf).values()) mustBeOne(same);
  return {
    archives: archives.filter((archive) => !twins.found.has(archive)),
    leftOut: twins.all.map((twin) => leftOutText(twin, container.path)),
  };
}

/** They are not compared, since that would be to read both: the command that does is told. */
function leftOutText(twin: TwinStream, path: string): string {
  const text = twinText(twin, `; the one in ${twin.place} is read`);
  if (isMisplaced(twin)) return text;
  const folderOf = ({ parts }: StreamArchive): string =>
    shellWord(posix.join(path, posix.dirname(parts.label)));
  const command = `natsarc diff ${folderOf(twin.taken)} ${folderOf(twin.found)}`;
  return `left out: ${twinFolder(twin.found)}: ${text}; ${command} tells what only one of them holds`;
}

function* opened(selected: Archive['selected']): Generator<StreamArchive> {
  for (const parts of selected) yield loadStream(parts);
}
