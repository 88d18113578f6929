import { closeSync, fsyncSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ToolError } from '../core/error.ts';
import { refusedWrite } from '../core/system-error.ts';

/** Between a target's name and the process that stages it. */
export const STAGING_MARK = '.natsarc-';

/** The process that a staging name belongs to; null where it is none, or the process still runs. */
export function endedStager(name: string, prefix: string): number | null {
  const pid = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^\d+$/.test(pid) && !isRunning(Number(pid)) ? Number(pid) : null;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Syncs a folder and all folders in it, innermost first. */
export function syncFolders(folder: string): void {
  for (const item of readdirSync(folder, { withFileTypes: true }))
    if (item.isDirectory()) syncFolders(join(folder, item.name));
  syncFolder(folder);
}

/** Has the names in a folder on disk. */
export function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** What the system refuses becomes a ToolError. */
export function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ToolError) throw error;
    throw refusedWrite(error);
  }
}
