import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { BLOCK, filesOf, type Mutation } from './stream-files.ts';

export function remove(kind: string, fits: RegExp): Mutation {
  return (folder, random) => {
    const found = filesOf(folder, fits);
    if (found.length === 0) return 'nothing';
    const path = random.pick(found);
    rmSync(join(folder, path));
    return `${kind} ${path} removed`;
  };
}

export function swap(kind: string, fits: RegExp): Mutation {
  return (folder, random) => {
    const found = filesOf(folder, fits);
    const [a, b] = [random.pick(found), random.pick(found)];
    if (a === undefined || b === undefined || a === b) return 'nothing';
    renameSync(join(folder, a), join(folder, 'swap'));
    renameSync(join(folder, b), join(folder, a));
    renameSync(join(folder, 'swap'), join(folder, b));
    return `${kind} ${a} and ${b} swapped`;
  };
}

export function empty(kind: string, fits: RegExp): Mutation {
  return (folder, random) => {
    const found = filesOf(folder, fits);
    if (found.length === 0) return 'nothing';
    const path = random.pick(found);
    truncateSync(join(folder, path), 0);
    return `${kind} ${path} emptied`;
  };
}

/** The last block as the next one: what a copy under load can leave. */
export const duplicate: Mutation = (folder, random) => {
  const found = filesOf(folder, BLOCK);
  if (found.length === 0) return 'nothing';
  const path = random.pick(found);
  const next = Math.max(...found.map((name) => Number.parseInt(name.slice(5), 10))) + 1;
  if (existsSync(join(folder, `msgs/${next}.blk`))) return 'nothing';
  copyFileSync(join(folder, path), join(folder, `msgs/${next}.blk`));
  return `block ${path} copied to ${next}.blk`;
};

export const badSum: Mutation = (folder, random) => {
  const [path] = filesOf(folder, /^meta\.sum$/);
  if (path === undefined) return 'nothing';
  const sum = join(folder, path);
  writeFileSync(
    sum,
    random.pick([`${readFileSync(sum, 'utf8')}\n`, readFileSync(sum, 'utf8').toUpperCase(), '']),
  );
  return 'meta.sum written otherwise';
};

/** A folder of the file's name in its place. */
export function folderInstead(kind: string, fits: RegExp): Mutation {
  return (folder, random) => {
    const path = random.pick(filesOf(folder, fits));
    if (path === undefined) return 'nothing';
    rmSync(join(folder, path));
    mkdirSync(join(folder, path));
    return `${kind} ${path} made a folder`;
  };
}

/** What was being written beside a file, or a copy of it that someone kept. */
export function leftover(kind: string, fits: RegExp, endings: readonly string[]): Mutation {
  return (folder, random) => {
    const path = random.pick(filesOf(folder, fits));
    if (path === undefined) return 'nothing';
    const bytes = readFileSync(join(folder, path));
    const target = `${path}${random.pick(endings)}`;
    const isWhole = random.below(2) === 0;
    writeFileSync(join(folder, target), isWhole ? bytes : bytes.subarray(0, random.below(bytes.length + 1)));
    return `${kind} ${target} left ${isWhole ? 'whole' : 'half'}`;
  };
}

/** A block that was being written anew: `N.new`. */
export const halfCompacted: Mutation = (folder, random) => {
  const path = random.pick(filesOf(folder, BLOCK));
  if (path === undefined) return 'nothing';
  const bytes = readFileSync(join(folder, path));
  const target = path.replace(/blk$/, 'new');
  writeFileSync(join(folder, target), bytes.subarray(0, random.below(bytes.length + 1)));
  return `block ${target} left`;
};

/** Another number in the name of a block. */
export const renumber: Mutation = (folder, random) => {
  const found = filesOf(folder, BLOCK);
  const path = random.pick(found);
  if (path === undefined) return 'nothing';
  const target = `msgs/${random.below(2 * found.length + 2)}.blk`;
  if (existsSync(join(folder, target))) return 'nothing';
  renameSync(join(folder, path), join(folder, target));
  return `block ${path} renamed to ${target}`;
};

/** All messages or all consumers gone; or the messages aside, as a purge does before it removes them. */
export const wholeFolder: Mutation = (folder, random) => {
  const [from = '', to] = random.pick([['msgs'], ['obs'], ['msgs', '__msgs__']] as const);
  if (!existsSync(join(folder, from))) return 'nothing';
  if (to === undefined) rmSync(join(folder, from), { recursive: true });
  else renameSync(join(folder, from), join(folder, to));
  return to === undefined ? `folder ${from} removed` : `folder ${from} renamed to ${to}`;
};
