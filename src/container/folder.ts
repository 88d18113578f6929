import { lstatSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { makeFinding, type Finding, type Place } from '../findings/finding.ts';

/** One name in a folder. Links and special files are told, never followed. */
export interface FolderItem {
  readonly name: string;
  readonly path: string;
  readonly kind: 'file' | 'folder';
  readonly sizeBytes: number;
}

/** Lists a folder by name; what cannot be read, and what is no file or folder, goes to `findings`. */
export function readFolder(path: string, label: string, place: Place, findings: Finding[]): FolderItem[] {
  let names: string[];
  try {
    names = readdirSync(path).toSorted();
  } catch (error) {
    findings.push(unreadable(error, place, label));
    return [];
  }
  const items: FolderItem[] = [];
  // Joining takes longer than asking the system, and a folder may hold a thousand blocks.
  const prefix = join(path, sep);
  for (const name of names) {
    const itemLabel = joinLabel(label, name);
    const itemPath = prefix + name;
    try {
      const stat = lstatSync(itemPath);
      if (stat.isFile() || stat.isDirectory())
        items.push({
          name,
          path: itemPath,
          kind: stat.isFile() ? 'file' : 'folder',
          sizeBytes: stat.isFile() ? stat.size : 0,
        });
      else findings.push(makeFinding({ code: 'DIR_LINK' }, { ...place, file: itemLabel }));
    } catch (error) {
      findings.push(unreadable(error, place, itemLabel));
    }
  }
  return items;
}

/** A path as findings name it. */
export function joinLabel(label: string, name: string): string {
  return label === '' ? name : `${label}/${name}`;
}

function unreadable(error: unknown, place: Place, label: string): Finding {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return makeFinding({ code: 'SRC_UNREADABLE', data: { reason } }, { ...place, file: label });
}
