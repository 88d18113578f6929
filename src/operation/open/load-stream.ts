import type { StreamParts } from '../../container/entry.ts';
import { nameOf } from '../../model/base-archive.ts';
import { loadConfigStream } from '../../model/load-config-stream.ts';
import { loadManifest } from '../../model/load-file.ts';
import { loadFileStream } from '../../model/load-stream.ts';
import { loadV2Stream } from '../../model/load-v2-stream.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { takeAlreadyRead } from './foreign-data.ts';

/** Reads everything about a stream but its messages, whatever its form. Throws SourceError only. */
export function loadStream(parts: StreamParts): StreamArchive {
  switch (parts.form) {
    case 'v2':
      return loadV2Stream(parts);
    case 'config':
      return loadConfigStream(parts);
    case 'store':
    case 'v1':
    case 'tgz':
    case 'tar':
      return takeAlreadyRead(parts) ?? loadFileStream(parts);
  }
}

/** The name by which a stream is selected. */
export function streamNameOf(parts: StreamParts): string {
  if (parts.folderName !== null) return parts.folderName;
  return nameOf(loadManifest(parts)?.value?.config ?? null) || loadStream(parts).name;
}
