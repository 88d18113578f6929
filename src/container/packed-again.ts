import { makeFinding } from '../findings/finding.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { StreamParts } from './entry.ts';
import { beginsAsS2 } from '../codec/s2/framing.ts';
import { UnreadableArchive } from './unreadable.ts';

/** How a file is told that holds an archive, but is none. */
export interface PackedFile {
  /** What was given. */
  readonly path: string;
  readonly label: string;
}

const S2_HEAD_BYTES = 10;
/** What a snapshot of a stream holds lies there. */
const OF_SNAPSHOT = /^(?:meta\.(?:inf|sum)$|msgs\/|obs\/)/;
const OF_BACKUP = /(?:^|\/)(?:stream\.tar\.s2|backup\.json)$/;
const OF_STORE = /(?:^|\/)streams\/[^/]+\/(?:meta\.inf$|msgs\/)/;

/** A gzip around a snapshot that is packed already. Throws UnreadableArchive. */
export function mustNotHoldS2(unpacked: ByteSource, file: PackedFile): void {
  const head = new Uint8Array(S2_HEAD_BYTES);
  if (beginsAsS2(head.subarray(0, unpacked.read(head, 0))))
    throw packedAgain(file, 'an S2 snapshot in a gzip');
}

/** A tar of the folder of a backup or a store, which is no snapshot of a stream. Throws UnreadableArchive. */
export function mustNotHoldArchive(parts: StreamParts, file: PackedFile): void {
  if (parts.form === 'v2' || parts.form === 'config') return;
  const paths = parts.entries.map(({ path }) => path);
  if (paths.some((path) => OF_SNAPSHOT.test(path))) return;
  if (paths.some((path) => OF_BACKUP.test(path))) throw packedAgain(file, 'a tar of a backup folder');
  if (paths.some((path) => OF_STORE.test(path))) throw packedAgain(file, 'a tar of a store');
}

function packedAgain({ path, label }: PackedFile, packed: string): UnreadableArchive {
  return new UnreadableArchive(
    path,
    makeFinding({ code: 'SRC_UNRECOGNIZED', data: { unpack_first: packed } }, { file: label }),
  );
}
