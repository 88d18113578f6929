/**
 * Loaded into the command before it starts (`--import`): counts its writing file-system steps below a folder and ends the
 * process (`SIGKILL`) or fails the call (`ENOSPC`, `EIO`) at one of them. `NATSARC_FAULT=KIND:STEP:FOLDER`. At the end the
 * number of steps goes to the file `NATSARC_FAULT_STEPS`.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const [kind = '', wantedStep = '0', folder = ''] = (process.env.NATSARC_FAULT ?? '').split(':');
const stepsFile = process.env.NATSARC_FAULT_STEPS;
const { writeFileSync } = fs;
const watched = new Set();
let steps = 0;

/** As the system does, the error names the path that the call was given, if it was one. */
function step(name, path) {
  steps++;
  if (steps !== Number(wantedStep)) return;
  if (kind === 'SIGKILL') process.kill(process.pid, 'SIGKILL');
  throw Object.assign(new Error(`${kind}: injected, ${name}`), {
    code: kind,
    ...(path === undefined ? {} : { path }),
  });
}

const isBelow = (path) => typeof path === 'string' && path.startsWith(folder);

function onPath(name, isWriting = () => true) {
  const original = fs[name];
  fs[name] = (path, ...others) => {
    const isCounted = isMainThread && isBelow(path) && isWriting(...others);
    if (isCounted) step(name, path);
    const result = original(path, ...others);
    if (isCounted && name === 'openSync') watched.add(result);
    return result;
  };
}

function onDescriptor(name) {
  const original = fs[name];
  fs[name] = (fd, ...others) => {
    if (watched.has(fd)) step(name);
    return original(fd, ...others);
  };
}

if (folder !== '') {
  for (const name of ['mkdirSync', 'renameSync', 'rmSync', 'chownSync', 'copyFileSync']) onPath(name);
  onPath('openSync', (flags) => typeof flags === 'string' && flags !== 'r');
  for (const name of ['writeSync', 'fsyncSync']) onDescriptor(name);
  syncBuiltinESMExports();
  if (stepsFile !== undefined && isMainThread)
    process.on('exit', () => writeFileSync(stepsFile, String(steps)));
}
