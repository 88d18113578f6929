import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { convertArchive } from '../../src/operation/convert/run.ts';
import type { Capture, TruthAnswer, TruthStream } from './captures.ts';
import type { Restorable } from './restored-streams.ts';
import { answered } from './truth-comparison.ts';

/** A backup as a server made it, and the archives of the same stream that are copied under another name. */
export interface Original {
  readonly backup: Restorable;
  readonly copied: readonly string[];
  /** What the server answered once it had restored it. */
  readonly truth: TruthAnswer;
}

/** A renamed copy of an archive. */
export interface Copy extends Restorable {
  /** The archive it was made of, and its form. */
  readonly label: string;
  /** Place of the original. */
  readonly original: number;
  /** It was made of a store, the original by a server that ran. */
  readonly isOfStore: boolean;
}

/** Every backup of a capture; beside the first one of a stream, its store where that can be read. */
export function originalsOf(capture: Capture, isWanted: (stream: TruthStream) => boolean): Original[] {
  const streams = capture.truth.accounts.flatMap((account) => account.streams).filter(isWanted);
  return streams.flatMap((stream) =>
    (stream.backups ?? [])
      .filter(({ path }) => isFilled(join(capture.folder, path)))
      .map(({ path: label, after_restore: afterRestore }, i) => {
        const path = join(capture.folder, label);
        const afterRestart = isV2(capture.version) ? undefined : stream.after_restart;
        return {
          backup: { path, ...sameName(stream.name), ...aloneFlags(capture) },
          copied:
            i === 0 && hasClearStore(capture) ? [path, join(capture.folder, stream.path ?? '')] : [path],
          truth: answered(stream, afterRestore ?? afterRestart),
        };
      }),
  );
}

export function sameName(name: string): Pick<Restorable, 'name' | 'comparedAs'> {
  return { name, comparedAs: name };
}

/** Whether the command restores it: `nats account backup` leaves two empty files of a memory stream. */
export function isFilled(path: string): boolean {
  const manifest = join(path, 'backup.json');
  return existsSync(manifest) && statSync(manifest).size > 0;
}

/** A node's store holds some of the consumers only: extracted-stores.test.ts starts a server on each. */
function hasClearStore({ set, truth }: Capture): boolean {
  return !set.startsWith('enc') && truth.layout === 'single';
}

function aloneFlags({ truth }: Capture): Pick<Restorable, 'flags'> {
  return truth.layout === 'cluster' ? { flags: ['--replicas', '1'] } : {};
}

function isV2(version: string): boolean {
  return version.startsWith('2.15');
}

/** Writes the archives of the originals again under other names, in every form that the version restores. */
export async function copiesOf(
  originals: readonly Pick<Original, 'backup' | 'copied'>[],
  version: string,
  folder: string,
): Promise<Copy[]> {
  const copies: Copy[] = [];
  for (const [original, { backup, copied }] of originals.entries())
    for (const source of copied)
      for (const to of isV2(version) ? (['v1', 'v2'] as const) : (['v1'] as const)) {
        const path = join(folder, `copy-${copies.length}`);
        const name = otherName(backup.name);
        const replicas = backup.flags === undefined ? {} : { replicas: 1 };
        await convertArchive(source, { to, target: path, as: name, ...replicas });
        const isOfStore = source !== backup.path;
        const label = `${source} as ${to}`;
        copies.push({ path, name, comparedAs: backup.name, original, isOfStore, label });
      }
  return copies;
}

/** As long as the old one, so that sizes stay; a bucket's has its prefix. */
function otherName(name: string): string {
  const [, prefix = '', rest = ''] = /^(KV_|OBJ_)?(.*)$/.exec(name) ?? [];
  return `${prefix}X${rest.slice(1)}`;
}
