import { closeSync, openSync, readSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';
import type { FolderItem } from './folder.ts';
import { snapshotForm, type SnapshotForm } from './snapshot.ts';
import { parseTarHeader, TAR_BLOCK_BYTES } from './tar/header.ts';

/** How a file is packed, by its first bytes. */
export function readForm(path: string): SnapshotForm | 'unreadable' {
  try {
    return snapshotForm(readHead(path, TAR_BLOCK_BYTES));
  } catch {
    return 'unreadable';
  }
}

/** Whether a file begins as one of the forms of a snapshot. Files of the system that have no size may not be read: some wait. */
export function isSnapshotFile({ path, kind, sizeBytes }: FolderItem): boolean {
  const form = kind === 'file' && sizeBytes > 0 ? readForm(path) : null;
  return form === 's2' || form === 'gzip' || form === 'tar';
}

/** The first bytes of a file, fewer where it is shorter. Throws what the system refuses. */
export function readHead(path: string, lengthBytes: number): Uint8Array {
  const head = new Uint8Array(lengthBytes);
  const fd = openSync(path, 'r');
  try {
    return head.subarray(0, readSync(fd, head, 0, head.length, 0));
  } finally {
    closeSync(fd);
  }
}

/** Holds the first tar header, packed. */
const PACKED_HEAD_BYTES = 4096;

/** Anything may be packed with gzip. */
export function isOtherGzip({ path }: FolderItem): boolean {
  return readForm(path) === 'gzip' && snapshotForm(unpackedHead(path)) !== 'tar';
}

/** The first bytes that a gzip holds; none where it cannot be unpacked. */
function unpackedHead(path: string): Uint8Array {
  try {
    return gunzipSync(readHead(path, PACKED_HEAD_BYTES), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return new Uint8Array(0);
  }
}

/** What a server writes first into the tar of a snapshot; its PAX header has a name like it. */
const FIRST_IN_TAR = /(?:^|\/)meta\.inf$/;

/** The files of a folder that are the snapshot of a stream by what they hold, whatever their names. */
export function snapshotsAmong(items: readonly FolderItem[]): readonly FolderItem[] {
  return items.filter((item) => isSnapshotFile(item) && isOfStream(item));
}

/** A tar may be anybody's. */
function isOfStream({ path }: FolderItem): boolean {
  const form = readForm(path);
  if (form === 's2') return true;
  const head = form === 'gzip' ? unpackedHead(path) : readHead(path, TAR_BLOCK_BYTES);
  const header = head.length < TAR_BLOCK_BYTES ? null : parseTarHeader(head.subarray(0, TAR_BLOCK_BYTES));
  return header !== null && header !== 'zero' && FIRST_IN_TAR.test(header.name);
}
