import { isConfigBackup, isStreamBackup } from './backup-folder.ts';
import { joinLabel, readFolder, type FolderItem } from './folder.ts';
import { isOtherGzip, isSnapshotFile } from './snapshot-file.ts';
import { isStreamFolder } from './stream-folder.ts';

/** So many are told, and so many names are looked at. */
const MOST_TOLD = 5;
const MOST_LOOKED_AT = 100;

/** What could be opened in a folder that is no archive itself, by its path in it: `streams/ORDERS.tgz (snapshot)`. */
export function archivesWithin(items: readonly FolderItem[]): readonly string[] {
  const found = items.slice(0, MOST_LOOKED_AT).flatMap((item) => within(item, '', 0));
  return found.length > MOST_TOLD
    ? [...found.slice(0, MOST_TOLD), `${found.length - MOST_TOLD} more`]
    : found;
}

function within(item: FolderItem, above: string, depth: number): readonly string[] {
  const label = joinLabel(above, item.name);
  if (item.kind === 'file') return isSnapshotFile(item) && !isOtherGzip(item) ? [`${label} (snapshot)`] : [];
  const inside = readFolder(item.path, label, {}, []);
  const kind = kindOf(inside);
  if (kind !== null) return [`${label} (${kind})`];
  // A folder of the system may hold anything: what is further down is not looked for.
  return depth > 0 ? [] : inside.slice(0, MOST_LOOKED_AT).flatMap((one) => within(one, label, depth + 1));
}

function kindOf(inside: readonly FolderItem[]): string | null {
  if (isConfigBackup(inside)) return 'configuration backup';
  if (isStreamBackup(inside)) return 'stream backup';
  if (isStreamFolder(inside)) return 'stream of a store';
  return inside.some(({ name, kind }) => kind === 'folder' && name === 'jetstream') ? 'store' : null;
}
