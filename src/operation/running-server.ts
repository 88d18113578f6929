import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';

/** What tells that a server uses a store. */
export interface StoreUser {
  readonly pid: number;
  readonly reason: string;
}

const PROC = '/proc';
/** As the system cuts and ends it. */
const SERVER_NAME = 'nats-server\n';

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
  return usersAmong(
    otherProcesses(),
    (pid) => openFileBelow(pid, folder) ?? commandNaming(pid, (named) => named === folder),
  );
}

/** Servers that use the store in which a path lies, or that it is. */
export function serversAround(path: string): StoreUser[] {
  if (!canSeeProcesses()) return [];
  const full = realpathSync(path);
  const isAround = (named: string): boolean => full === named || full.startsWith(named + sep);
  return usersAmong(
    otherProcesses().filter(
      (pid) => seen(() => readFileSync(join(PROC, pid, 'comm'), 'utf8'), '') === SERVER_NAME,
    ),
    (pid) => commandNaming(pid, isAround) ?? openFileBelow(pid, full),
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

function commandNaming(pid: string, isMeant: (storeFolder: string) => boolean): string | null {
  const args = seen(() => readFileSync(join(PROC, pid, 'cmdline'), 'utf8'), '').split('\0');
  if (!/nats-server|nats-streaming/.test(args[0] ?? '')) return null;
  const workingFolder = seen(() => readlinkSync(join(PROC, pid, 'cwd')), '/');
  const named = (path: string): boolean => {
    const full = resolve(workingFolder, path);
    return path !== '' && isMeant(seen(() => realpathSync(full), full));
  };
  const storeArg = valueOf(args, ['-sd', '--store_dir', '-store_dir', '--sd']);
  if (storeArg !== null) return named(storeArg) ? `nats-server -sd ${storeArg}` : null;
  const configArg = valueOf(args, ['-c', '--config', '-config', '--c']);
  if (configArg === null) return null;
  const config = seen(() => readFileSync(resolve(workingFolder, configArg), 'utf8'), '');
  const stores = [
    ...config.matchAll(/\b(?:store_dir|storedir)\s*[:=]?\s*(?:"([^"]*)"|'([^']*)'|([^\s,}]+))/gi),
  ];
  return stores.some(([, double, single, bare]) => named(double ?? single ?? bare ?? ''))
    ? `nats-server with ${configArg}, which names it`
    : null;
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
