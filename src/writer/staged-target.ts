import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { RefusedError } from '../core/error.ts';
import { attempt, endedStager, STAGING_MARK, syncFolder, syncFolders } from './file-system.ts';
import { StagedFiles } from './staged-files.ts';

/**
 * A folder or file that is written beside its target and renamed into place when it is whole; until then nothing is at
 * the target. What a run that was killed left there is removed first. Throws RefusedError where something is at the target
 * already, ToolError where the system refuses to write.
 */
export class StagedTarget extends StagedFiles {
  readonly #target: string;
  readonly #folder: string;

  constructor(target: string) {
    const full = resolve(target);
    mustBeFree(full);
    removeLeftovers(full);
    const folder = `${full}${STAGING_MARK}${process.pid}`;
    // Under its own name: what is written may be a stream's folder, and that is its stream's name.
    super(join(folder, basename(full)));
    attempt(() => mkdirSync(folder, { mode: 0o700 }));
    this.#target = full;
    this.#folder = folder;
  }

  /** Puts it where it belongs. */
  commit(): void {
    attempt(() => {
      if (statSync(this.path).isDirectory()) syncFolders(this.path);
      renameSync(this.path, this.#target);
      syncFolder(dirname(this.#target));
      rmdirSync(this.#folder);
    });
  }

  /** Takes away what was staged. */
  override discard(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/**
 * Throws RefusedError where something is at the target already, or nothing is where it would be, ToolError where it may not
 * be written.
 */
export function mustBeFree(target: string): void {
  const parent = dirname(target);
  if (!existsSync(parent))
    throw new RefusedError(`the target's folder ${parent} is not there: make it first`);
  // A rename would replace the link, not what it leads to.
  if (lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink() === true)
    throw new RefusedError(`the target ${target} is a link: name the place that it leads to`);
  if (
    existsSync(target) &&
    (!statSync(target).isDirectory() || attempt(() => readdirSync(target)).length > 0)
  )
    throw new RefusedError(`the target ${target} is there already: it must be new, or an empty folder`);
  if (existsSync(target) && statSync(target).dev !== statSync(parent).dev)
    throw new RefusedError(`the target ${target} is a mount point: name a new folder in it`);
  attempt(() => accessSync(parent, constants.W_OK | constants.X_OK));
}

/** What runs that were killed staged for the same target. */
function removeLeftovers(target: string): void {
  for (const name of attempt(() => readdirSync(dirname(target))))
    if (endedStager(name, `${basename(target)}${STAGING_MARK}`) !== null)
      attempt(() => rmSync(join(dirname(target), name), { recursive: true, force: true }));
}
