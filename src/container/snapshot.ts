import { beginsAsS2 } from '../codec/s2/framing.ts';
import { gapPasser, type SoundChunks } from '../codec/s2/pass-gap.ts';
import { indexChunks } from '../codec/s2/index-chunks.ts';
import { makeFinding, type Fault } from '../findings/finding.ts';
import type { S2IndexColumns } from '../source/byte-source.ts';
import { FileSource } from '../source/file.ts';
import { GunzipReader } from '../source/gunzip.ts';
import { spool } from '../source/spool.ts';
import { sliceEntry } from './entries.ts';
import type { StreamParts } from './entry.ts';
import { mustNotHoldArchive, mustNotHoldS2 } from './packed-again.ts';
import { V2_MAGIC } from './v2-entry.ts';
import { S2Source } from './s2-source.ts';
import { TAR_BLOCK_BYTES, parseTarHeader } from './tar/header.ts';
import { ORPHANS, placeOf, tarParts, type SnapshotPlace } from './tar-parts.ts';
import type { TarGap } from './tar/walk.ts';

/** A snapshot that was opened; `close` gives back what it holds open and removes what it spooled. */
export interface OpenSnapshot {
  readonly parts: StreamParts;
  readonly close: () => void;
}

/** How a file is packed; null: it is no snapshot. */
export type SnapshotForm = 's2' | 'gzip' | 'tar' | 'empty' | null;

/** Tells by its first bytes how a file is packed; null where it is no snapshot. */
export function snapshotForm(head: Uint8Array): SnapshotForm {
  if (head.length === 0) return 'empty';
  if (beginsAsS2(head)) return 's2';
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head.length < TAR_BLOCK_BYTES) return null;
  const header = parseTarHeader(head.subarray(0, TAR_BLOCK_BYTES));
  return header === null || header === 'zero' ? null : 'tar';
}

/** How to go about a snapshot. */
export interface SnapshotOptions {
  readonly signal?: AbortSignal | undefined;
  /** Go past damage of the framing and of tar headers. */
  readonly salvage?: boolean | undefined;
  /** What was given, where it is not the path of the file. */
  readonly givenPath?: string;
  /** Chunks that are known not to be damaged. */
  readonly soundChunks?: SoundChunks | undefined;
}

/** Opens a snapshot file whose form is known. Throws SourceError where the system refuses, UnreadableArchive where it holds another archive. */
export async function openSnapshot(
  path: string,
  form: 's2' | 'gzip' | 'tar',
  place: SnapshotPlace,
  options: SnapshotOptions = {},
): Promise<OpenSnapshot> {
  const { signal, salvage = false } = options;
  const file = new FileSource(path);
  const gaps = salvage ? [] : null;
  if (form === 's2') return openS2(path, file, place, options);
  const given = { path: options.givenPath ?? path, label: place.label };
  if (form === 'tar') {
    const close = (): void => file.close();
    return closedUnless(close, () => {
      const parts = tarParts(file, 'tar', file.sizeBytes, place, [], gaps);
      mustNotHoldArchive(parts, given);
      return { parts, close };
    });
  }
  const { sizeBytes } = file;
  const gunzip = new GunzipReader(file);
  const unpacked = await spool(gunzip.read(), signal).finally(() => file.close());
  const source = new FileSource(unpacked.path);
  const close = (): void => {
    source.close();
    unpacked.remove();
  };
  return closedUnless(close, () => {
    mustNotHoldS2(source, given);
    const parts = tarParts(source, 'tgz', sizeBytes, place, gzipFaults(gunzip, sizeBytes), gaps);
    mustNotHoldArchive(parts, given);
    return { parts, close };
  });
}

function closedUnless<T>(close: () => void, open: () => T): T {
  try {
    return open();
  } catch (error) {
    close();
    throw error;
  }
}

function gzipFaults({ error, trailingAtBytes }: GunzipReader, sizeBytes: number): Fault[] {
  if (trailingAtBytes !== null)
    return [
      {
        code: 'GZIP_TRAILING_DATA',
        offsetBytes: trailingAtBytes,
        lengthBytes: sizeBytes - trailingAtBytes,
      },
    ];
  if (error === null) return [];
  const code = error.code === 'Z_BUF_ERROR' ? 'GZIP_CUT' : 'GZIP_CORRUPT';
  return [{ code, data: { bytes: sizeBytes, reason: error.message } }];
}

function openS2(
  path: string,
  file: FileSource,
  place: SnapshotPlace,
  { salvage = false, soundChunks }: SnapshotOptions,
): OpenSnapshot {
  const read = (target: Uint8Array, at: number): number => file.read(target, at);
  const isSound = (at: number): boolean => soundChunks?.(path, at) ?? false;
  const { index, faults } = indexChunks(
    read,
    file.sizeBytes,
    salvage ? gapPasser(read, file.sizeBytes, isSound) : null,
  );
  const decoded = new S2Source(file, index);
  const magic = new Uint8Array(V2_MAGIC.length);
  const hasMagic = decoded.read(magic, 0) === magic.length && new TextDecoder().decode(magic) === V2_MAGIC;
  const close = (): void => file.close();
  const gaps = index.gaps?.filter(({ type, isGuess }) => type === null || isGuess).map(gapInTar) ?? null;
  if (!hasMagic) {
    const parts = tarParts(decoded, 'v1', file.sizeBytes, place, faults, gaps);
    const isLost = salvage && !parts.entries.some((entry) => !entry.path.startsWith(ORPHANS));
    if (!isLost) return { parts, close };
  }
  // Where no chunk decodes there is nothing, however much it might have been.
  const bodyBytes = decodesToNothing(index) ? 0 : decoded.sizeBytes - magic.length;
  const body = sliceEntry('body', place.label, decoded, magic.length, bodyBytes);
  const findings = faults.map((fault) => makeFinding(fault, placeOf(place)));
  return { parts: { form: 'v2', ...place, sizeBytes: file.sizeBytes, body, findings }, close };
}

function decodesToNothing({ gaps, decodedSizeBytes }: S2IndexColumns): boolean {
  const lostBytes = (gaps ?? []).reduce((sum, gap) => sum + (gap.type === null ? gap.decodedBytes : 0), 0);
  return lostBytes === decodedSizeBytes;
}

function gapInTar({ decodedAt, decodedBytes }: { decodedAt: number; decodedBytes: number }): TarGap {
  return { fromBytes: decodedAt, toBytes: decodedAt + decodedBytes };
}
