import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';

/** What tells that a server uses a store. */
export interface StoreUser {
  readonly pid: number;
  readonly reason: string;
}

const PROC = '/proc';
/** As the system cuts it; a build may have its version behind it. */
const SERVER_NAME = 'nats-server';
const MOST_CONFIG_BYTES = 1024 * 1024;

/** Whether this system shows what other processes do. */
export function canSeeProcesses(): boolean {
  return existsSync(join(PROC, 'self/fd'));
}

/**
 * Processes that use a store folder: those with a file open below it, and servers whose `-sd` or configuration names it.
 * An idle server holds no file open and takes no lock, so none found proves nothing.
 */
export function usersOfStore(storeFolder: string): StoreUser[] {
  if (!canSeeProcesses()) return [];
  const folder = realpathSync(storeFolder);
  const meant = new Set([folderId(folder)]);
  return usersAmong(otherProcesses(), (pid) => openFileBelow(pid, folder) ?? commandNaming(pid, meant));
}

/** Servers that use the store in which a path lies, or that it is. */
export function serversAround(path: string): StoreUser[] {
  if (!canSeeProcesses()) return [];
  const full = realpathSync(path);
  const meant = new Set<string | null>();
  for (let folder = full; ; folder = dirname(folder)) {
    meant.add(folderId(folder));
    if (folder === dirname(folder)) break;
  }
  return usersAmong(
    otherProcesses().filter(
      // To look at each command would take longer than all else.
      (pid) => seen(() => readFileSync(join(PROC, pid, 'comm'), 'utf8'), '').startsWith(SERVER_NAME),
    ),
    (pid) => commandNaming(pid, meant) ?? openFileBelow(pid, full),
  );
}

function otherProcesses(): string[] {
  return readdirSync(PROC).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
}

function usersAmong(pids: readonly string[], reasonOf: (pid: string) => string | null): StoreUser[] {
  return pids.flatMap((pid) => {
    const reason = reasonOf(pid);
    return reason === null ? [] : [{ pid: Number(pid), reason }];
  });
}

function openFileBelow(pid: string, folder: string): string | null {
  for (const fd of seen(() => readdirSync(join(PROC, pid, 'fd')), [])) {
    const file = seen(() => readlinkSync(join(PROC, pid, 'fd', fd)), '');
    if (file === folder || file.startsWith(folder + sep)) return `has ${file} open`;
  }
  return null;
}

/** `meant`: folders of which one is looked for, as `folderId` tells them. */
function commandNaming(pid: string, meant: ReadonlySet<string | null>): string | null {
  const args = seen(() => readFileSync(join(PROC, pid, 'cmdline'), 'utf8'), '').split('\0');
  if (!basename(args[0] ?? '').startsWith(SERVER_NAME)) return null;
  const workingFolder = seen(() => readlinkSync(join(PROC, pid, 'cwd')), '/');
  const named = (path: string): boolean => {
    const id = path === '' ? null : folderId(asSeenBy(pid, resolve(workingFolder, path)));
    return id !== null && meant.has(id);
  };
  const storeArg = valueOf(args, ['-sd', '--store_dir', '-store_dir', '--sd']);
  if (storeArg !== null) return named(storeArg) ? `nats-server -sd ${storeArg}` : null;
  const configArg = valueOf(args, ['-c', '--config', '-config', '--c']);
  if (configArg === null) return null;
  const config = readConfig(asSeenBy(pid, resolve(workingFolder, configArg)));
  const stores = [
    ...config.matchAll(/\b(?:store_dir|storedir)\s*[:=]?\s*(?:"([^"]*)"|'([^']*)'|([^\s,}]+))/gi),
  ];
  return stores.some(([, double, single, bare]) => named(double ?? single ?? bare ?? ''))
    ? `nats-server with ${configArg}, which names it`
    : null;
}

/** A path of another process, which may be in a container; where it is not shown to us, as our own. */
function asSeenBy(pid: string, path: string): string {
  const seenThere = join(PROC, pid, 'root', path);
  return existsSync(seenThere) ? seenThere : path;
}

/** The same for each path to a folder; null where there is none. */
function folderId(path: string): string | null {
  return seen(() => {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  }, null);
}

/** Nothing of what is no file, or too large for a configuration: what another process names may be anything. */
function readConfig(path: string): string {
  return seen(() => {
    const stats = statSync(path);
    return stats.isFile() && stats.size <= MOST_CONFIG_BYTES ? readFileSync(path, 'utf8') : '';
  }, '');
}

/** `--flag value` and `--flag=value`. */
function valueOf(args: readonly string[], flags: readonly string[]): string | null {
  for (const [i, arg] of args.entries()) {
    if (flags.includes(arg)) return args[i + 1] ?? null;
    const equals = arg.indexOf('=');
    if (equals > 0 && flags.includes(arg.slice(0, equals))) return arg.slice(equals + 1);
  }
  return null;
}

/** Processes end while they are looked at, and others' are not shown to everyone. */
function seen<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
