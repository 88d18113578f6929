import { groupedBy } from '../../core/grouped.ts';
import { nameOf } from '../../model/base-archive.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';

/** A stream whose name is found twice: in the folder that is called so, and elsewhere. */
export interface TwinStream {
  readonly name: string;
  /** What is found elsewhere. */
  readonly found: StreamArchive;
  /** What is taken instead. */
  readonly taken: StreamArchive;
  /** Where that is, in words. */
  readonly place: string;
  /** What its backup.json declares, where that is another stream, which is gone. */
  readonly declared: StreamArchive | null;
}

/** What is not taken of streams that are there twice. */
export interface Twins {
  readonly all: readonly TwinStream[];
  readonly found: ReadonlySet<StreamArchive>;
  /** Streams that are declared where the data of another is found. */
  readonly declared: readonly StreamArchive[];
}

/**
 * Streams that turn out to be one that is there already, since a snapshot or a folder was copied: the one whose
 * folder is called so is taken, or the only one that lies beside its own configuration; the others are not. Else nothing tells
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
  const all = [...groups.values()].flatMap((same) =>
    twinsOf(
      same[0]?.name ?? '',
      same.map(({ archive }) => archive),
    ),
  );
  return {
    all,
    found: new Set(all.map(({ found }) => found)),
    declared: all.flatMap(({ declared }) => declared ?? []),
  };
}

/** Whether it lies where its own configuration does not: what is declared there is told of as a stream of its own. */
export function isMisplaced({ found }: TwinStream): boolean {
  return found.parts.inPlaceOf !== undefined;
}

/** What a twin is called where it is told that it is left out. */
export function twinFolder({ parts }: StreamArchive): string {
  return parts.folderName ?? parts.label;
}

/** Where a twin lies, and how it is chosen. `between`: what is said of it. */
export function twinText(twin: TwinStream, between: string): string {
  const { found, name } = twin;
  if (isMisplaced(twin)) return `${found.parts.label} holds a stream ${name} too${between}`;
  const folder = twinFolder(found);
  return `the folder ${folder} holds a stream ${name} too${between}; --stream ${folder} chooses this one`;
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
    .map((found) => ({ name, found, taken, place, declared: declaredBeside(found, name) }));
}

function declaredBeside(found: StreamArchive, name: string): StreamArchive | null {
  if (found.parts.inPlaceOf !== undefined) return null;
  const declared = nameOf(found.manifest?.config ?? null);
  return declared === '' || declared === name ? null : { ...found, name: twinFolder(found) };
}
