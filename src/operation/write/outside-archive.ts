import { fstatSync, realpathSync, statSync, type BigIntStats } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { UsageError } from '../../core/error.ts';

/**
 * Throws UsageError where writing `target` would replace the archive or put something into its folder, also by way of symbolic
 * links. Neither has to exist.
 */
export function mustLieOutside(archivePath: string, target: string): void {
  if (archivePath === '-') return mustNotBeInput(target);
  const archive = realPath(archivePath);
  const places = placesOf(target);
  if (places.includes(archive)) throw new UsageError(`the archive and the target are the same: ${target}`);
  if (places.some((place) => place.startsWith(archive + sep)))
    throw new UsageError(`the target ${target} lies within the archive ${archivePath}`);
}

/** Whether a path is a folder or lies in it, also by way of symbolic links. */
export function liesWithin(path: string, folder: string): boolean {
  return `${realPath(path)}${sep}`.startsWith(`${realPath(folder)}${sep}`);
}

/** Standard input may come from a file. */
function mustNotBeInput(target: string): void {
  const input = seen(() => fstatSync(0, { bigint: true }));
  const place = seen(() => statSync(target, { bigint: true }));
  if (input?.isFile() === true && place !== null && input.dev === place.dev && input.ino === place.ino)
    throw new UsageError(`the archive and the target are the same: ${target}`);
}

function seen(look: () => BigIntStats): BigIntStats | null {
  try {
    return look();
  } catch {
    return null;
  }
}

/** A rename replaces a link, other writing what it leads to; a folder is made at the path as it is spelled, a file as it is walked. */
function placesOf(target: string): readonly string[] {
  return [target, resolve(target)].flatMap((path) => [
    realPath(path),
    join(realPath(dirname(path)), basename(path)),
  ]);
}

/** Follows links as far as there is something to follow. */
function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? resolve(path) : join(realPath(parent), basename(path));
  }
}
