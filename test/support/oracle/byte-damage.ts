import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordsOf } from '../damage.ts';
import type { Random } from '../random.ts';
import { BLOCK, filesOf, type Mutation } from './stream-files.ts';

/** Damages the bytes of one file of a kind. */
type DamageOf = (kind: string, fits: RegExp) => Mutation;

export const flip: DamageOf = damage('bit flipped', (bytes, random) => {
  const at = random.below(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  return [bytes, at];
});
export const overwrite: DamageOf = damage('overwritten', (bytes, random) => {
  const at = random.below(bytes.length);
  random.bytes(Math.min(1 + random.below(64), bytes.length - at)).copy(bytes, at);
  return [bytes, at];
});
export const zero: DamageOf = damage('sector zeroed', (bytes, random) => {
  const at = 512 * random.below(Math.ceil(bytes.length / 512));
  return [bytes.fill(0, at, Math.min(bytes.length, at + 512)), at];
});
export const cut: DamageOf = damage('cut', (bytes, random) => {
  const at = random.below(bytes.length);
  return [bytes.subarray(0, at), at];
});
export const extend: DamageOf = damage('extended', (bytes, random) => [
  Buffer.concat([bytes, random.bytes(1 + random.below(100))]),
  bytes.length,
]);
export const copyInside: DamageOf = damage('copied within', (bytes, random) => {
  const [from, at] = [random.below(bytes.length), random.below(bytes.length)];
  bytes.copyWithin(at, from, from + 200);
  return [bytes, at];
});
export const shift: DamageOf = damage('bytes dropped', (bytes, random) => {
  const at = random.below(bytes.length);
  return [Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(64))]), at];
});

function damage(
  what: string,
  change: (bytes: Buffer, random: Random) => readonly [Uint8Array, number],
): DamageOf {
  return (kind, fits) => (folder, random) => {
    const found = filesOf(folder, fits).filter((path) => statSync(join(folder, path)).size > 0);
    if (found.length === 0) return 'nothing';
    const path = random.pick(found);
    const [bytes, at] = change(readFileSync(join(folder, path)), random);
    writeFileSync(join(folder, path), bytes);
    return `${kind} ${path} ${what} at ${at}`;
  };
}

/** Pages that were given to the file and never written, as a power cut leaves them. */
export const hole: DamageOf = damage('page zeroed', (bytes, random) => {
  const pageBytes = random.pick(PAGES);
  const at = pageBytes * random.below(Math.ceil(bytes.length / pageBytes));
  return [bytes.fill(0, at, Math.min(bytes.length, at + pageBytes)), at];
});
export const zeroEnd: DamageOf = damage('zeroed to its end', (bytes, random) => {
  const at = 512 * random.below(Math.ceil(bytes.length / 512));
  return [bytes.fill(0, at), at];
});
export const zerosBehind: DamageOf = damage('followed by zeros', (bytes, random) => {
  const pageBytes = random.pick(PAGES);
  const spare = pageBytes - (bytes.length % pageBytes);
  return [Buffer.concat([bytes, Buffer.alloc(spare)]), bytes.length];
});
export const cutPage: DamageOf = damage('cut at a page', (bytes, random) => {
  const at = 4096 * random.below(Math.ceil(bytes.length / 4096));
  return [bytes.subarray(0, at), at];
});

const PAGES = [4096, 65_536];

/** The one length that leads into a message; no sum covers it. */
export const headerLength: Mutation = (folder, random) => {
  const path = random.pick(filesOf(folder, BLOCK));
  if (path === undefined) return 'nothing';
  const bytes = readFileSync(join(folder, path));
  const record = random.pick(recordsOf(bytes).filter(({ hasHeader }) => hasHeader));
  if (record === undefined) return 'nothing';
  const at = record.at + 22 + record.subject;
  if (at + 4 > bytes.length) return 'nothing';
  bytes.writeUInt32LE((bytes.readUInt32LE(at) ^ (1 << random.below(32))) >>> 0, at);
  writeFileSync(join(folder, path), bytes);
  return `block ${path} header length at ${at} changed`;
};

export const cutRecord: Mutation = (folder, random) => {
  const path = random.pick(filesOf(folder, BLOCK));
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
