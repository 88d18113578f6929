import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  copyInside,
  cut,
  cutPage,
  cutRecord,
  extend,
  flip,
  headerLength,
  hole,
  overwrite,
  shift,
  zero,
  zeroEnd,
  zerosBehind,
} from './byte-damage.ts';
import {
  badSum,
  duplicate,
  empty,
  folderInstead,
  halfCompacted,
  leftover,
  remove,
  renumber,
  swap,
  wholeFolder,
} from './file-damage.ts';
import { copyOver, foreign, foreignMeta, moreConsumers, olderIndex } from './foreign-files.ts';
import {
  liveCopy,
  olderBlocks,
  olderConsumer,
  olderIndexes,
  olderMessages,
  olderMeta,
} from './older-files.ts';
import { powerCut } from './power-cut.ts';
import type { Random } from '../random.ts';
import { BLOCK, CONSUMER_FILE, CONSUMER_STATE, INDEX, META, SIDECAR, type Mutation } from './stream-files.ts';

const MOST_TRIES = 4;

/**
 * Does one of many things to a stream's folder, sometimes two; the random numbers decide. `donors`: folders of other
 * streams.
 */
export function mutateStore(folder: string, random: Random, donors: readonly string[]): string {
  const done = mutateOnce(folder, random, donors);
  // An index that fits hides what happened to the blocks: half of the time it goes as well.
  const index = join(folder, 'msgs/index.db');
  if (done.startsWith('block') && existsSync(index) && random.below(2) === 0) {
    rmSync(index, { recursive: true });
    return `${done}; index.db removed`;
  }
  return random.below(3) === 0 ? `${done}; ${mutateOnce(folder, random, donors)}` : done;
}

/** Not every stream has every kind of file: another thing is done then. */
function mutateOnce(folder: string, random: Random, donors: readonly string[]): string {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const done = random.pick(MUTATIONS)(folder, random, donors);
    if (done !== 'nothing') return done;
  }
  return 'nothing';
}

/** Does something to one file; pages go only where there are several: without its only one nothing is left to look at. */
export function mutateFile(folder: string, name: string, random: Random): string {
  const fits = new RegExp(`^${name.replaceAll('.', '\\.')}$`);
  const hasPages = statSync(join(folder, name)).size > PAGE_BYTES;
  const damages = [flip, flip, cut, zero, overwrite, shift, zeroEnd, ...(hasPages ? [hole, cutPage] : [])];
  return random.pick(damages)('snapshot', fits)(folder, random, []);
}

const PAGE_BYTES = 4096;

const TEMPORARY = ['.tmp', '.new', '.bak', '~'];

const MUTATIONS: readonly Mutation[] = [
  ...[flip, flip, flip, overwrite, zero, cut, extend, copyInside, shift].map((one) => one('block', BLOCK)),
  ...[hole, zeroEnd, zerosBehind, cutPage].map((one) => one('block', BLOCK)),
  cutRecord,
  cutRecord,
  headerLength,
  remove('block', BLOCK),
  swap('block', BLOCK),
  empty('block', BLOCK),
  foreign('block', BLOCK),
  folderInstead('block', BLOCK),
  leftover('block', BLOCK, TEMPORARY),
  halfCompacted,
  duplicate,
  renumber,
  ...[flip, cut, zero, overwrite, hole].map((one) => one('index', INDEX)),
  remove('index', INDEX),
  empty('index', INDEX),
  foreign('index', INDEX),
  folderInstead('index', INDEX),
  leftover('index', INDEX, TEMPORARY),
  olderIndex,
  ...[flip, cut, hole].map((one) => one('sidecar', SIDECAR)),
  remove('sidecar', SIDECAR),
  foreign('sidecar', SIDECAR),
  folderInstead('sidecar', SIDECAR),
  ...[flip, zeroEnd].map((one) => one('meta', META)),
  remove('meta', META),
  foreign('meta', META),
  folderInstead('meta', META),
  leftover('meta', META, TEMPORARY),
  foreignMeta,
  badSum,
  ...[flip, cut, zero, overwrite, hole].map((one) => one('consumer', CONSUMER_STATE)),
  remove('consumer', CONSUMER_FILE),
  empty('consumer', CONSUMER_STATE),
  swap('consumer', CONSUMER_STATE),
  ...[copyOver, foreign, folderInstead].map((one) => one('consumer', CONSUMER_FILE)),
  leftover('consumer', CONSUMER_FILE, TEMPORARY),
  moreConsumers,
  wholeFolder,
  olderIndexes,
  olderBlocks,
  olderMessages,
  olderConsumer,
  olderMeta,
  olderMeta,
  liveCopy,
  liveCopy,
  liveCopy,
  powerCut,
  powerCut,
  powerCut,
  powerCut,
];
