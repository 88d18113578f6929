import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './captures.ts';

export interface CliRun {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command as a user would; `uid` as another user (only root can ask for that). */
export function runCli(
  args: readonly string[],
  input?: Uint8Array,
  uid?: number,
  environment: NodeJS.ProcessEnv = {},
): CliRun {
  const env: NodeJS.ProcessEnv = { ...process.env, ...environment, NO_COLOR: '1' };
  delete env['NODE_EXTRA_CA_CERTS'];
  const done = spawnSync(process.execPath, [join(ROOT, 'bin/natsarc.js'), ...args], {
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...(input === undefined ? {} : { input }),
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  return { exit: done.status, stdout: done.stdout, stderr: done.stderr };
}
