import type { FileStreamParts } from '../../container/entry.ts';
import type { ConsumerArchive, StreamArchive } from '../../model/stream-archive.ts';

/** Consumers that come up with the stream: those with a meta.inf that can be read and a meta.sum, whatever it says. */
export function startedConsumers(archive: StreamArchive, parts: FileStreamParts): ConsumerArchive[] {
  const paths = new Set(parts.entries.map((entry) => entry.path));
  return archive.consumers.filter((consumer) => {
    const folder = `obs/${consumer.name}`;
    if (!paths.has(`${folder}/meta.inf`) || !paths.has(`${folder}/meta.sum`) || consumer.config === null)
      return false;
    return true;
  });
}
