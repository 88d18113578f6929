import { nameOf } from '../../model/base-archive.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { skippedStream } from '../write/skipped-stream.ts';
import type { SkippedStream } from '../write/types.ts';
import type { PreparedStream } from './prepare-stream.ts';

/** A stream whose folder holds the data of another one. */
export interface TwinStream {
  /** As it was found: under the name of the other. */
  readonly found: StreamArchive;
  readonly skipped: SkippedStream;
  /** What its backup.json declares, which is gone; null where that is of the other one too. */
  readonly declared: StreamArchive | null;
}

/**
 * Streams that turn out to be one that is there already, since a snapshot or a folder was copied over another: the one whose
 * folder is called so is written, the others are not. Where not just one folder is called so, nothing tells which they are.
 */
export function twinsAmong(prepared: ReadonlyMap<StreamArchive, PreparedStream>): TwinStream[] {
  const byName = new Map<string, StreamArchive[]>();
  for (const [archive, { outgoing }] of prepared) {
    if (outgoing === null) continue;
    const place = `${archive.account ?? ''}/${outgoing.name}`;
    byName.set(place, [...(byName.get(place) ?? []), archive]);
  }
  return [...byName.values()].flatMap((same) => {
    const name = same[0] === undefined ? '' : (prepared.get(same[0])?.outgoing?.name ?? '');
    const fitting = same.filter(({ parts }) => parts.folderName === name);
    return fitting.length === 1
      ? same.filter((archive) => archive !== fitting[0]).map((archive) => twinOf(archive, name))
      : [];
  });
}

function twinOf(found: StreamArchive, name: string): TwinStream {
  const folder = found.parts.folderName ?? found.parts.label;
  const manifestName = nameOf(found.manifest?.config ?? null);
  const declared = manifestName === '' || manifestName === name ? null : { ...found, name: folder };
  const reason = `the folder ${folder} holds the data of ${name}, which is written from the folder of that name`;
  const skipped = skippedStream(declared ?? { ...found, name: folder, manifest: null }, reason);
  return { found, skipped, declared };
}
