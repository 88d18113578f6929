import { groupedBy } from '../../core/grouped.ts';
import { nameOf } from '../../model/base-archive.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { skippedStream } from './skipped-stream.ts';
import type { SkippedStream } from './types.ts';

/** A stream whose data is found twice: in the folder that is called so, and elsewhere. */
export interface TwinStream {
  /** What is found elsewhere. */
  readonly found: StreamArchive;
  /** What is taken instead. */
  readonly taken: StreamArchive;
  /** What its backup.json declares, where that is another stream, which is gone. */
  readonly declared: StreamArchive | null;
  /** null where the stream that is declared there is told of already. */
  readonly skipped: SkippedStream | null;
  readonly note: string | null;
}

/** What is not written of streams that are there twice. */
export interface Twins {
  readonly all: readonly TwinStream[];
  readonly found: ReadonlySet<StreamArchive>;
  /** Streams that are declared where the data of another is found. */
  readonly declared: readonly StreamArchive[];
  readonly skipped: readonly SkippedStream[];
  readonly notes: readonly string[];
}

/**
 * Streams that turn out to be one that is there already, since a snapshot or a folder was copied: the one whose
 * folder is called so is written, or the only one that lies beside its own configuration; the others are not. Else nothing tells
 * which is meant.
 * `nameOfArchive`: under which name each would be written, null for one that is not.
 */
export function twinsAmong(
  archives: readonly StreamArchive[],
  nameOfArchive: (archive: StreamArchive) => string | null = ({ name }) => name,
): Twins {
  const named = archives.flatMap((archive) => {
    const name = nameOfArchive(archive);
    return name === null ? [] : [{ archive, name }];
  });
  const groups = groupedBy(named, ({ archive, name }) => `${archive.account ?? ''}/${name}`);
  const twins = [...groups.values()].flatMap((same) =>
    twinsOf(
      same[0]?.name ?? '',
      same.map(({ archive }) => archive),
    ),
  );
  return {
    all: twins,
    found: new Set(twins.map(({ found }) => found)),
    declared: twins.flatMap(({ declared }) => declared ?? []),
    skipped: twins.flatMap(({ skipped }) => skipped ?? []),
    notes: twins.flatMap(({ note }) => note ?? []),
  };
}

function twinsOf(name: string, same: readonly StreamArchive[]): TwinStream[] {
  const called = same.filter(({ parts }) => parts.folderName === name);
  // Beside the configuration of another stream it lies only by mistake.
  const fitting = called.length > 0 ? called : same.filter(({ parts }) => parts.inPlaceOf === undefined);
  const [taken] = fitting;
  if (taken === undefined || fitting.length > 1) return [];
  const place = called.length > 0 ? 'the folder of that name' : taken.parts.label;
  return same
    .filter((archive) => archive !== taken)
    .map((found) => ({ found, taken, ...toldOf(found, name, place) }));
}

function toldOf(found: StreamArchive, name: string, place: string): Omit<TwinStream, 'found' | 'taken'> {
  const { parts, manifest } = found;
  if (parts.inPlaceOf !== undefined) {
    const note = `${parts.label} holds a stream ${name} too; what is taken is that of ${place}`;
    return { declared: null, skipped: null, note };
  }
  const folder = parts.folderName ?? parts.label;
  const manifestName = nameOf(manifest?.config ?? null);
  const declared = manifestName === '' || manifestName === name ? null : { ...found, name: folder };
  const reason = `the folder ${folder} holds the data of ${name}, which is taken from ${place}; --stream ${folder} chooses this one`;
  const skipped = skippedStream(declared ?? { ...found, name: folder, manifest: null }, reason);
  return { declared, skipped, note: null };
}
