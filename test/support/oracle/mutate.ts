import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Random } from './random.ts';

/** Damages a stream's folder; says what it did. */
type Mutation = (folder: string, random: Random) => string;

/** Does one of many things to a stream's folder, sometimes two; the random numbers decide. */
export function mutateStore(folder: string, random: Random): string {
  const done = random.pick(MUTATIONS)(folder, random);
  // An index that fits hides what happened to the blocks: half of the time it goes as well.
  const index = join(folder, 'msgs/index.db');
  if (done.startsWith('block') && existsSync(index) && random.below(2) === 0) {
    rmSync(index);
    return `${done}; index.db removed`;
  }
  return random.below(5) === 0 ? `${done}; ${random.pick(MUTATIONS)(folder, random)}` : done;
}

/** Does something to one file. */
export function mutateFile(folder: string, name: string, random: Random): string {
  const fits = new RegExp(`^${name.replaceAll('.', '\\.')}$`);
  return random.pick([flip, flip, cut, zero, overwrite, shift])('snapshot', fits)(folder, random);
}

function files(folder: string, fits: RegExp): string[] {
  const visit = (path: string): string[] =>
    readdirSync(join(folder, path), { withFileTypes: true }).flatMap((item) =>
      item.isDirectory() ? visit(join(path, item.name)) : [join(path, item.name)],
    );
  return visit('.')
    .filter((path) => fits.test(path))
    .toSorted();
}

const BLOCK = /^msgs\/\d+\.blk$/;
const INDEX = /^msgs\/index\.db$/;
const SIDECAR = /^msgs\/(\d+\.(idx|fss)|thw\.db|sched\.db)$/;
const CONSUMER_STATE = /^obs\/[^/]+\/o\.dat$/;

const flip = damage('bit flipped', (bytes, random) => {
  const at = random.below(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  return [bytes, at];
});
const overwrite = damage('overwritten', (bytes, random) => {
  const at = random.below(bytes.length);
  random.bytes(Math.min(1 + random.below(64), bytes.length - at)).copy(bytes, at);
  return [bytes, at];
});
const zero = damage('sector zeroed', (bytes, random) => {
  const at = 512 * random.below(Math.ceil(bytes.length / 512));
  return [bytes.fill(0, at, Math.min(bytes.length, at + 512)), at];
});
const cut = damage('cut', (bytes, random) => {
  const at = random.below(bytes.length);
  return [bytes.subarray(0, at), at];
});
const extend = damage('extended', (bytes, random) => [
  Buffer.concat([bytes, random.bytes(1 + random.below(100))]),
  bytes.length,
]);
const copyInside = damage('copied within', (bytes, random) => {
  const [from, at] = [random.below(bytes.length), random.below(bytes.length)];
  bytes.copyWithin(at, from, from + 200);
  return [bytes, at];
});
const shift = damage('bytes dropped', (bytes, random) => {
  const at = random.below(bytes.length);
  return [Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(64))]), at];
});

function damage(
  what: string,
  change: (bytes: Buffer, random: Random) => readonly [Uint8Array, number],
): (kind: string, fits: RegExp) => Mutation {
  return (kind, fits) => (folder, random) => {
    const found = files(folder, fits).filter((path) => statSync(join(folder, path)).size > 0);
    if (found.length === 0) return 'nothing';
    const path = random.pick(found);
    const [bytes, at] = change(readFileSync(join(folder, path)), random);
    writeFileSync(join(folder, path), bytes);
    return `${kind} ${path} ${what} at ${at}`;
  };
}

function remove(kind: string, fits: RegExp): Mutation {
  return (folder, random) => {
    const found = files(folder, fits);
    if (found.length === 0) return 'nothing';
    const path = random.pick(found);
    rmSync(join(folder, path));
    return `${kind} ${path} removed`;
  };
}

function swap(kind: string, fits: RegExp): Mutation {
  return (folder, random) => {
    const found = files(folder, fits);
    const [a, b] = [random.pick(found), random.pick(found)];
    if (a === undefined || b === undefined || a === b) return 'nothing';
    renameSync(join(folder, a), join(folder, 'swap'));
    renameSync(join(folder, b), join(folder, a));
    renameSync(join(folder, 'swap'), join(folder, b));
    return `${kind} ${a} and ${b} swapped`;
  };
}

function empty(kind: string, fits: RegExp): Mutation {
  return (folder, random) => {
    const found = files(folder, fits);
    if (found.length === 0) return 'nothing';
    const path = random.pick(found);
    truncateSync(join(folder, path), 0);
    return `${kind} ${path} emptied`;
  };
}

/** The last block as the next one: what a copy under load can leave. */
const duplicate: Mutation = (folder, random) => {
  const found = files(folder, BLOCK);
  if (found.length === 0) return 'nothing';
  const path = random.pick(found);
  const next = Math.max(...found.map((name) => Number.parseInt(name.slice(5), 10))) + 1;
  copyFileSync(join(folder, path), join(folder, `msgs/${next}.blk`));
  return `block ${path} copied to ${next}.blk`;
};

const badSum: Mutation = (folder, random) => {
  const sum = join(folder, 'meta.sum');
  if (!existsSync(sum)) return 'nothing';
  writeFileSync(
    sum,
    random.pick([`${readFileSync(sum, 'utf8')}\n`, readFileSync(sum, 'utf8').toUpperCase(), '']),
  );
  return 'meta.sum written otherwise';
};

const cutRecord: Mutation = (folder, random) => {
  const path = random.pick(files(folder, BLOCK));
  if (path === undefined) return 'nothing';
  const bytes = readFileSync(join(folder, path));
  const ends: number[] = [0];
  for (let at = 0; at + 22 <= bytes.length;) {
    const length = bytes.readUInt32LE(at) & 0x7fffffff;
    if (length < 30) break;
    at += length;
    if (at <= bytes.length) ends.push(at);
  }
  const end = random.pick(ends);
  writeFileSync(join(folder, path), bytes.subarray(0, end));
  return `block ${path} cut between records at ${end}`;
};

const MUTATIONS: readonly Mutation[] = [
  ...[flip, flip, flip, overwrite, zero, cut, extend, copyInside, shift].map((one) => one('block', BLOCK)),
  cutRecord,
  cutRecord,
  remove('block', BLOCK),
  swap('block', BLOCK),
  empty('block', BLOCK),
  duplicate,
  ...[flip, cut, zero, overwrite].map((one) => one('index', INDEX)),
  remove('index', INDEX),
  empty('index', INDEX),
  ...[flip, cut].map((one) => one('sidecar', SIDECAR)),
  remove('sidecar', SIDECAR),
  flip('meta', /^meta\.(inf|sum)$/),
  remove('meta', /^meta\.(inf|sum)$/),
  badSum,
  ...[flip, cut, zero, overwrite].map((one) => one('consumer', CONSUMER_STATE)),
  remove('consumer', /^obs\/[^/]+\/(o\.dat|meta\.inf|meta\.sum)$/),
  empty('consumer', CONSUMER_STATE),
  swap('consumer', CONSUMER_STATE),
];
