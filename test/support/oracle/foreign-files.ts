import {
  copyFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseIndex } from '../../../src/format/index/parse.ts';
import { writeIndex } from '../../../src/format/index/write.ts';
import { packedLive } from '../../../src/model/live-set.ts';
import { filesOf, INDEX, nameIn, type Mutation } from './stream-files.ts';

/** The file of another stream in its place. */
export function foreign(kind: string, fits: RegExp): Mutation {
  return (folder, random, donors) => {
    const path = random.pick(filesOf(folder, fits));
    const donor = random.pick(donors);
    const found = filesOf(donor, fits);
    if (path === undefined || found.length === 0) return 'nothing';
    const same = found.filter((one) => basename(one) === basename(path));
    const other = random.pick(same.length > 0 ? same : found);
    copyFileSync(join(donor, other), join(folder, path));
    return `${kind} ${path} replaced by ${basename(donor)}/${other}`;
  };
}

/** meta.inf and meta.sum of another stream: they fit each other. */
export const foreignMeta: Mutation = (folder, random, donors) => {
  const donor = random.pick(donors);
  for (const name of ['meta.inf', 'meta.sum'])
    if (existsSync(join(donor, name)) && !isFolder(join(folder, name)))
      copyFileSync(join(donor, name), join(folder, name));
  return `meta of ${basename(donor)}`;
};

/** A consumer's file in place of that of another one. */
export function copyOver(kind: string, fits: RegExp): Mutation {
  return (folder, random) => {
    const found = filesOf(folder, fits);
    const [from, to] = [random.pick(found), random.pick(found)];
    if (from === undefined || to === undefined || from === to) return 'nothing';
    copyFileSync(join(folder, from), join(folder, to));
    return `${kind} ${to} is a copy of ${from}`;
  };
}

/** A consumer's folder a second time, or one of another stream. */
export const moreConsumers: Mutation = (folder, random, donors) => {
  const donor = random.below(2) === 0 ? folder : random.pick(donors);
  const found = filesOf(donor, /^obs\/[^/]+\/meta\.inf$/).map(dirname);
  const from = random.pick(found);
  if (from === undefined) return 'nothing';
  const target = donor === folder ? `${from}-copy` : from;
  if (existsSync(join(folder, target))) return 'nothing';
  cpSync(join(donor, from), join(folder, target), { recursive: true });
  return `consumer ${target} copied from ${donor === folder ? from : `${basename(donor)}/${from}`}`;
};

/** index.db as it was some blocks ago. */
export const olderIndex: Mutation = (folder, random) => {
  const [path] = filesOf(folder, INDEX);
  const name = nameIn(folder);
  if (path === undefined || name === null) return 'nothing';
  const parsed = parseIndex(readFileSync(join(folder, path)));
  if (!parsed.ok || parsed.value.blocks.length < 2) return 'nothing';
  const { value } = parsed;
  const blocks = value.blocks.slice(0, 1 + random.below(value.blocks.length - 1));
  const last = blocks.at(-1);
  const lastFile = join(folder, `msgs/${last?.index}.blk`);
  if (last === undefined || !existsSync(lastFile) || isFolder(lastFile)) return 'nothing';
  const older = {
    ...value,
    subjects: () => value.subjects(),
    blocks,
    messages: blocks.reduce((sum, block) => sum + packedLive(block).count, 0n),
    bytes: blocks.reduce((sum, block) => sum + block.bytes, 0n),
    lastSeq: last.lastSeq,
    lastTimeNs: last.lastTimeNs,
    lastBlockIndex: last.index,
    lastChecksum: readFileSync(lastFile).subarray(-8),
  };
  writeFileSync(join(folder, path), writeIndex(older, name));
  const newer = readdirSync(join(folder, 'msgs')).filter((one) => Number.parseInt(one, 10) > last.index);
  return `index of block ${last.index}, before ${newer.length} others`;
};

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}
