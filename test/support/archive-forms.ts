import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Capture, TruthStream } from './captures.ts';

/** An archive of one stream, and its messages as the server listed them. */
export interface ArchiveForm {
  readonly path: string;
  /** Path inside the capture. */
  readonly label: string;
  readonly stream: TruthStream;
}

/** Streams that their own server damaged: a secure erase wrote plain bytes into compressed blocks. */
export const BORN_DAMAGED: RegExp = /^COMPERASE$/;

/** The store folder and the backups of every wanted stream of a capture, as far as they can be read and are there. */
export function archiveForms(capture: Capture, isWanted: (name: string) => boolean): ArchiveForm[] {
  return capture.truth.accounts.flatMap((account) =>
    account.streams
      .filter((stream) => isWanted(stream.name) && stream.messages !== undefined)
      .flatMap((stream) => {
        const isClear = !capture.set.startsWith('enc') && stream.path?.includes('<node>') === false;
        const backups = (stream.backups ?? []).map((backup) => backup.path);
        const labels = [...(isClear ? [stream.path ?? ''] : []), ...backups];
        return labels.map((label) => ({ path: join(capture.folder, label), label, stream }));
      })
      .filter(({ path }) => existsSync(path)),
  );
}
