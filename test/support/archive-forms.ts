import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Capture, TruthStream } from './captures.ts';

/** An archive of one stream, and what the server said of it. */
export interface ArchiveForm {
  readonly path: string;
  /** Path inside the capture. */
  readonly label: string;
  readonly stream: TruthStream;
}

/** Streams that their own server damaged: a secure erase wrote plain bytes into compressed blocks. */
export const BORN_DAMAGED: RegExp = /^COMPERASE$/;

/** Those of streams whose messages the truth lists: neither none nor very many. */
export function archiveForms(capture: Capture, isWanted: (name: string) => boolean): ArchiveForm[] {
  return allForms(capture, isWanted).filter(({ stream }) => stream.messages !== undefined);
}

/** The store folder and the backups of every wanted stream of a capture, as far as they can be read and are there. */
export function allForms(capture: Capture, isWanted: (name: string) => boolean): ArchiveForm[] {
  return capture.truth.accounts.flatMap((account) =>
    account.streams
      .filter(({ name, info }) => isWanted(name) && info.config.storage !== 'memory')
      .flatMap((stream) => {
        const isClear = !capture.set.startsWith('enc') && stream.path?.includes('<node>') === false;
        const backups = (stream.backups ?? []).map((backup) => backup.path);
        const labels = [...(isClear ? [stream.path ?? ''] : []), ...backups];
        return labels.map((label) => ({ path: join(capture.folder, label), label, stream }));
      })
      .filter(({ path }) => existsSync(path)),
  );
}
