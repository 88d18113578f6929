import { basename, dirname, resolve } from 'node:path';
import { serversAround, usersOfStore } from '../server/running-server.ts';
import type { PreflightStep } from './types.ts';

/** A server that runs on the files changes them while they are looked at, and another could not be started on them. */
export function runningSteps(path: string): PreflightStep[] {
  const full = resolve(path);
  const storeFolder = basename(full) === 'jetstream' ? dirname(full) : full;
  const users = usersOfStore(storeFolder);
  return (users.length > 0 ? users : serversAround(full)).map(({ pid, reason }) => ({
    do: 'stop-server',
    severity: 'warning',
    file: null,
    reason: `process ${pid} ${reason}: what is told here may change until it is stopped`,
  }));
}
