import type { SoundChunks } from '../../../codec/s2/pass-gap.ts';
import type { OpenContainer, StreamParts } from '../../../container/entry.ts';
import type { StreamArchive } from '../../../model/stream-archive.ts';
import { loadStream } from '../../open/load-stream.ts';
import { withArchive, type Archive } from '../../open/open-archive.ts';

/** An archive that is open, and who works on it. */
export interface OpenedWork extends Pick<Archive, 'pool' | 'signal'> {
  readonly container: Pick<OpenContainer, 'path' | 'streams'>;
  /** Chunks of snapshots that are known not to be damaged. */
  readonly soundChunks?: SoundChunks;
}

/**
 * Opens an archive once more, past the damage of what carries its streams, and gives one of them to `use` as it is read there, found by
 * its place; as it was where it is not there, or nothing carries it: files of a store are damaged one by one. Standard input, which cannot be
 * opened again, is used as it was, too. Throws SourceError, and what `use` throws.
 */
export async function withPastDamage<T>(
  archive: StreamArchive,
  { container, pool, signal, soundChunks }: OpenedWork,
  use: (again: StreamArchive, opened: Pick<Archive, 'pool' | 'signal'>) => Promise<T>,
): Promise<T> {
  if (archive.form === 'store' || container.path === '-') return use(archive, { pool, signal });
  const options = {
    salvage: true,
    pool,
    ...(signal === undefined ? {} : { signal }),
    ...(soundChunks === undefined ? {} : { soundChunks }),
  };
  return withArchive(container.path, options, async (opened) => {
    const parts = partsAgain(archive.parts, container.streams, opened.container.streams);
    return use(parts === undefined ? archive : loadStream(parts), opened);
  });
}

/** Where past the damage data turns out to be of another stream, the one that is declared is meant, which has none. */
function partsAgain(
  parts: StreamParts,
  before: readonly StreamParts[],
  streams: readonly StreamParts[],
): StreamParts | undefined {
  if (streams.length === before.length) return streams[before.indexOf(parts)];
  const declaring = parts.inPlaceOf === undefined ? (parts.manifest ?? parts.beside?.configEntry) : null;
  const declared = streams.find(({ form, label }) => form === 'config' && label === declaring?.label);
  return declared ?? streams.find(({ label }) => label === parts.label);
}
