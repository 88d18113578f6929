import type { SoundChunks } from '../../codec/s2/pass-gap.ts';
import type { OpenContainer } from '../../container/entry.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { loadStream, withArchive, type Archive } from '../open-archive.ts';

/** An archive that is open, and who works on it. */
export interface OpenedWork extends Pick<Archive, 'pool' | 'signal'> {
  readonly container: Pick<OpenContainer, 'path' | 'streams'>;
  /** Chunks of snapshots that are known not to be damaged. */
  readonly soundChunks?: SoundChunks;
}

/**
 * Opens an archive once more, past the damage of what carries its streams, and gives one of them to `use` as it is read there, found by
 * its place, or by its label where past the damage other data is found to be of another stream; as it was where it is not there. Standard input cannot be opened again. Throws SourceError, and what `use` throws.
 */
export async function withPastDamage<T>(
  archive: StreamArchive,
  { container, pool, signal, soundChunks }: OpenedWork,
  use: (again: StreamArchive, opened: Archive) => Promise<T>,
): Promise<T> {
  const options = {
    salvage: true,
    pool,
    ...(signal === undefined ? {} : { signal }),
    ...(soundChunks === undefined ? {} : { soundChunks }),
  };
  return withArchive(container.path, options, async (opened) => {
    const { streams } = opened.container;
    const isSame = streams.length === container.streams.length;
    const parts = isSame
      ? streams[container.streams.indexOf(archive.parts)]
      : streams.find(({ label }) => label === archive.parts.label);
    return use(parts === undefined ? archive : loadStream(parts), opened);
  });
}
