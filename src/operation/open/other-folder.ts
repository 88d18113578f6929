import type { StreamParts } from '../../container/entry.ts';

/** What a report says of a stream's folder: its name, where it is not the stream's. */
export function otherFolder(parts: StreamParts | undefined, name: string): { readonly folder?: string } {
  const folder = parts?.folderName ?? name;
  return folder === name ? {} : { folder };
}
