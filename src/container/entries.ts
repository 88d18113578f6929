import type { ByteSource } from '../source/byte-source.ts';
import { FileSource } from '../source/file.ts';
import { SliceSource } from '../source/slice.ts';
import type { Entry, StreamParts } from './entry.ts';

/** A file of its own. */
export function fileEntry(path: string, label: string, filePath: string, sizeBytes: number): Entry {
  return { path, label, sizeBytes, carrierOffsetBytes: null, open: () => new FileSource(filePath) };
}

/** What stands before the path of a stream's file in its label. */
export function labelBase(parts: StreamParts): string {
  const [entry] = 'entries' in parts ? parts.entries : [];
  return entry === undefined ? '' : entry.label.slice(0, entry.label.length - entry.path.length);
}

/** Where a stream lies, as errors name it: the folder that was given has no name within itself. */
export function placeName({ label, folderName }: StreamParts): string {
  return label === '.' ? (folderName ?? 'the archive') : label;
}

/** A run of bytes in a source that stays open as long as the archive does. */
export function sliceEntry(
  path: string,
  label: string,
  of: ByteSource,
  offsetBytes: number,
  sizeBytes: number,
): Entry {
  return {
    path,
    label,
    sizeBytes,
    carrierOffsetBytes: offsetBytes,
    open: () => new KeptOpen(of, offsetBytes, sizeBytes),
  };
}

class KeptOpen extends SliceSource {
  override close(): void {}
}
