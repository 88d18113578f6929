import { cpSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { walkTar } from '../../src/container/tar/walk.ts';
import { MemorySource } from '../../src/source/memory.ts';
import { archiveForms, type ArchiveForm } from './archive-forms.ts';
import { distinctCaptures } from './captures.ts';
import { recordsOf } from './damage.ts';
import { chunkOffsets, framed, unframed } from './frames.ts';
import { Random } from './random.ts';
import { filesBelow } from './files-below.ts';

/** A damaged copy of a real archive, and what its undamaged original tells of the damage. */
export interface Mutation {
  readonly path: string;
  readonly original: ArchiveForm;
  readonly version: string;
  /** What was done, in words. */
  readonly what: string;
  /** Whether a record may have been touched; false: every byte of it is as it was. */
  readonly mayHaveHit: (seq: bigint) => boolean;
  /** Whether something that proves deletes was touched: index files, tombstones, erased records. */
  readonly isProofHit: boolean;
}

/** Streams whose files hold less than their server told, or that a restore changes at once. */
const NOT_USED =
  /^(AGED|TTL|TTLAGED|EXPIRED|DEDUP|SCHED|MIRROR.*|.*SOURCED|SRCXFORM|COUNTERSRC|COMPERASE|MEM)$/;

const FORMS: readonly { readonly version: string; readonly form: ArchiveForm }[] = distinctCaptures()
  .filter(({ set }) => set === 'full')
  .flatMap((capture) =>
    archiveForms(capture, (name) => !NOT_USED.test(name)).map((form) => ({ version: capture.version, form })),
  )
  .filter(({ form }) => existsSync(join(form.path, 'msgs')) || isV1(form.path));

function isV1(path: string): boolean {
  const file = join(path, 'stream.tar.s2');
  return existsSync(file) && unframed(readFileSync(file)).toString('latin1', 0, 8) !== 'NATSARC1';
}

interface Edit {
  readonly what: string;
  readonly from: number;
  readonly to: number;
  readonly bytes: Buffer | null;
}

/** Makes the damage of a seed in a copy below `folder`. */
export function mutate(seed: number, folder: string): Mutation {
  const random = new Random(seed);
  const picked = FORMS[random.below(FORMS.length)];
  if (picked === undefined) throw new Error('no captures');
  const { form, version } = picked;
  const path = join(folder, String(seed), form.path.split('/').at(-1) ?? 'copy');
  cpSync(form.path, path, { recursive: true });
  const files = filesBelow(path).filter((file) => statSync(file).size > 0);
  // Messages matter most.
  const blocks = files.filter((file) => /\.(blk|s2)$/.test(file));
  const pool = random.below(4) > 0 && blocks.length > 0 ? blocks : files;
  const file = pool[random.below(pool.length)] ?? '';
  const name = relative(path, file);
  if (file.endsWith('.s2') && random.below(2) === 0) {
    // Damage that was there before the snapshot was made: its framing is whole.
    const tar = unframed(readFileSync(file));
    const edit = editOf(tar, random);
    if (edit.bytes !== null) {
      writeFileSync(file, framed(edit.bytes));
      const what = `seed ${seed}: ${form.label}/${name}, inside: ${edit.what}`;
      return { path, original: form, version, what, ...tarDamage(tar, edit.from, edit.to) };
    }
  }
  const before = readFileSync(file);
  const edit = editOf(before, random);
  if (edit.bytes === null) rmSync(file);
  else writeFileSync(file, edit.bytes);
  return {
    path,
    original: form,
    version,
    what: `seed ${seed}: ${form.label}/${name}: ${edit.what}`,
    ...(file.endsWith('.blk')
      ? blockDamage(before, edit)
      : file.endsWith('.s2')
        ? snapshotDamage(before, edit)
        : { mayHaveHit: () => false, isProofHit: /\.(db|idx)$/.test(file) }),
  };
}

function editOf(before: Buffer, random: Random): Edit {
  const bytes = Buffer.from(before);
  const at = random.below(bytes.length);
  const length = 1 + random.below(Math.min(4096, bytes.length - at));
  switch (random.below(8)) {
    case 0:
    case 1:
    case 2: {
      const bit = random.below(8);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
      return { what: `bit ${bit} of byte ${at} flipped`, from: at, to: at + 1, bytes };
    }
    case 3:
      return {
        what: `${length} bytes at ${at} zeroed`,
        from: at,
        to: at + length,
        bytes: bytes.fill(0, at, at + length),
      };
    case 4: {
      for (let i = at; i < at + length; i++) bytes[i] = random.below(256);
      return { what: `${length} bytes at ${at} overwritten`, from: at, to: at + length, bytes };
    }
    case 5: {
      const from = random.below(bytes.length - length + 1);
      before.copy(bytes, at, from, from + length);
      return { what: `${length} bytes from ${from} copied over ${at}`, from: at, to: at + length, bytes };
    }
    case 6:
      return { what: `cut at ${at}`, from: at, to: bytes.length, bytes: bytes.subarray(0, at) };
    default:
      return { what: 'missing', from: 0, to: bytes.length, bytes: null };
  }
}

type Damage = Pick<Mutation, 'mayHaveHit' | 'isProofHit'>;

/** A compressed block is one chunk, or a few: any of its records may be gone. */
function blockDamage(before: Buffer, edit: Edit): Damage {
  if (before.toString('latin1', 0, 3) === 'cmp') return { mayHaveHit: () => true, isProofHit: true };
  const hit = recordsOf(before).filter(({ at, length }) => at < edit.to && at + length > edit.from);
  const seqs = new Set(hit.map(({ seq }) => seq));
  return {
    mayHaveHit: (seq) => seqs.has(seq),
    isProofHit: hit.some(({ seq }) => seq >> 62n !== 0n) || edit.bytes === null,
  };
}

/** A chunk whose bytes were touched may be gone; so may what lies behind a lost end. */
function snapshotDamage(before: Buffer, edit: Edit): Damage {
  const tar = unframed(before);
  const chunks = chunkOffsets(before);
  const bounds: number[] = [];
  let decoded = 0;
  for (const [i, at] of chunks.entries()) {
    bounds.push(decoded);
    decoded += decodedLength(before.subarray(at, chunks[i + 1] ?? before.length));
  }
  const first = chunks.findLastIndex((at) => at <= edit.from);
  const behind = chunks.findIndex((at) => at >= edit.to);
  const from = bounds[first] ?? 0;
  const to = behind < 0 ? decoded : (bounds[behind] ?? decoded);
  return tarDamage(tar, from, to);
}

/** The bytes from..to of a tar may be gone. */
function tarDamage(tar: Buffer, from: number, to: number): Damage {
  const entries = walkTar(new MemorySource(tar)).entries.filter(
    ({ offsetBytes, sizeBytes }) => offsetBytes - 512 < to && offsetBytes + sizeBytes > from,
  );
  const hit = entries
    .filter(({ path }) => path.endsWith('.blk'))
    .flatMap(({ offsetBytes, sizeBytes }) =>
      recordsOf(tar.subarray(offsetBytes, offsetBytes + sizeBytes))
        .filter(({ at, length }) => offsetBytes + at < to && offsetBytes + at + length > from)
        .map(({ seq }) => seq),
    );
  const seqs = new Set(hit);
  const isIndexHit = entries.some(({ path }) => /\.(db|idx)$/.test(path));
  return {
    mayHaveHit: (seq) => seqs.has(seq),
    isProofHit: isIndexHit || hit.some((seq) => seq >> 62n !== 0n),
  };
}

/** What a chunk decodes to (codec/s2/README.md). */
function decodedLength(chunk: Buffer): number {
  if (chunk[0] === 1) return chunk.length - 8;
  if (chunk[0] !== 0) return 0;
  let length = 0;
  for (let i = 8; i < 13; i++) {
    length += ((chunk[i] ?? 0) & 0x7f) * 2 ** (7 * (i - 8));
    if ((chunk[i] ?? 0) < 0x80) break;
  }
  return length;
}
