import { basename, join } from 'node:path';
import type { OpenContainer } from '../../container/entry.ts';

/** Where a file of an archive is found, as a path from where the archive's own leads: labels are relative to it. */
export function pathInside({ path, kind }: Pick<OpenContainer, 'path' | 'kind'>, label: string): string {
  if (label === '.') return path;
  if (kind !== 'snapshot' && kind !== 'block') return join(path, label);
  const name = basename(path);
  return label.startsWith(name) ? `${path}${label.slice(name.length)}` : `${path}:${label}`;
}
