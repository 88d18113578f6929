import { nameOf } from '../../model/base-archive.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { skippedStream } from './skipped-stream.ts';
import type { SkippedStream } from './types.ts';

/** A stream whose data is found twice: in the folder that is called so, and elsewhere. */
interface TwinStream {
  /** What is found elsewhere. */
  readonly found: StreamArchive;
  /** What its backup.json declares, where that is another stream, which is gone. */
  readonly declared: StreamArchive | null;
  /** null where the stream that is declared there is told of already. */
  readonly skipped: SkippedStream | null;
  readonly note: string | null;
}

/** What is not written of streams that are there twice. */
export interface Twins {
  readonly found: ReadonlySet<StreamArchive>;
  /** Streams that are declared where the data of another is found. */
  readonly declared: readonly StreamArchive[];
  readonly skipped: readonly SkippedStream[];
  readonly notes: readonly string[];
}

/**
 * Streams that turn out to be one that is there already, since a snapshot or a folder was copied: the one whose
 * folder is called so is written, the others are not. Where not just one folder is called so, nothing tells which they are.
 * `nameOfArchive`: under which name each would be written, null for one that is not.
 */
export function twinsAmong(
  archives: readonly StreamArchive[],
  nameOfArchive: (archive: StreamArchive) => string | null = ({ name }) => name,
): Twins {
  const byName = new Map<string, { readonly name: string; readonly same: StreamArchive[] }>();
  for (const archive of archives) {
    const name = nameOfArchive(archive);
    if (name === null) continue;
    const place = `${archive.account ?? ''}/${name}`;
    const same = byName.get(place)?.same ?? [];
    byName.set(place, { name, same: [...same, archive] });
  }
  const twins = [...byName.values()].flatMap(({ name, same }) => twinsOf(name, same));
  return {
    found: new Set(twins.map(({ found }) => found)),
    declared: twins.flatMap(({ declared }) => declared ?? []),
    skipped: twins.flatMap(({ skipped }) => skipped ?? []),
    notes: twins.flatMap(({ note }) => note ?? []),
  };
}

function twinsOf(name: string, same: readonly StreamArchive[]): TwinStream[] {
  const fitting = same.filter(({ parts }) => parts.folderName === name);
  return fitting.length === 1
    ? same.filter((archive) => archive !== fitting[0]).map((archive) => twinOf(archive, name))
    : [];
}

function twinOf(found: StreamArchive, name: string): TwinStream {
  const { parts, manifest } = found;
  const elsewhere = `holds the data of ${name}, which is written from the folder of that name`;
  if (parts.inPlaceOf !== undefined)
    return { found, declared: null, skipped: null, note: `${parts.label} ${elsewhere}` };
  const folder = parts.folderName ?? parts.label;
  const manifestName = nameOf(manifest?.config ?? null);
  const declared = manifestName === '' || manifestName === name ? null : { ...found, name: folder };
  const reason = `the folder ${folder} ${elsewhere}; --stream ${folder} chooses this one`;
  const skipped = skippedStream(declared ?? { ...found, name: folder, manifest: null }, reason);
  return { found, declared, skipped, note: null };
}
