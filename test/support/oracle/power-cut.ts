import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../random.ts';
import { BLOCK, filesOf, type Mutation } from './stream-files.ts';

const PAGE_BYTES = 4096;

/** Files that a server writes while it runs; of the blocks the last one. */
const WRITTEN =
  /^(msgs\/(index\.db|thw\.db|sched\.db|\d+\.(idx|fss))|sources\.db|meta\.(inf|sum)|obs\/[^/]+\/(o\.dat|meta\.(inf|sum)))$/;

/** What a power cut leaves of a file that was written shortly before. */
const SHAPES: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  emptied: () => Buffer.alloc(0),
  'cut to whole pages': (bytes) => bytes.subarray(0, lastPageAt(bytes.length)),
  'with a last page of zeros': (bytes) => Buffer.from(bytes).fill(0, lastPageAt(bytes.length)),
  'with zeros up to a page': (bytes) =>
    Buffer.concat([bytes, Buffer.alloc(lastPageAt(bytes.length) + PAGE_BYTES - bytes.length)]),
  'of zeros': (bytes) => Buffer.alloc(bytes.length),
};

function lastPageAt(sizeBytes: number): number {
  return PAGE_BYTES * Math.floor(Math.max(0, sizeBytes - 1) / PAGE_BYTES);
}

/** Several files at once, each in one of these shapes. */
export const powerCut: Mutation = (folder, random) => {
  const [last] = filesOf(folder, BLOCK).toSorted(
    (a, b) => Number.parseInt(b.slice(5), 10) - Number.parseInt(a.slice(5), 10),
  );
  const written = [...(last === undefined ? [] : [last]), ...filesOf(folder, WRITTEN)].filter(
    (path) => statSync(join(folder, path)).size > 0,
  );
  if (written.length === 0) return 'nothing';
  const hit = hitOf(written, random);
  const told = hit.map((path) => {
    const shape = random.pick(Object.keys(SHAPES));
    const bytes = readFileSync(join(folder, path));
    writeFileSync(join(folder, path), SHAPES[shape]?.(bytes) ?? bytes);
    return `${path} ${shape}`;
  });
  return `power-cut of ${told.join(', ')}`;
};

/** One to four files; meta.inf and meta.sum are seldom written, and rarely among them. */
function hitOf(written: readonly string[], random: Random): readonly string[] {
  const count = 1 + random.below(4);
  const hit = new Set<string>();
  for (let i = 0; i < count; i++) {
    const path = random.pick(written);
    if (!path.startsWith('meta.') || random.below(4) === 0) hit.add(path);
  }
  const [first] = written;
  return hit.size === 0 && first !== undefined ? [first] : [...hit];
}
