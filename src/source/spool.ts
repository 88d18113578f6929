import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SourceError } from '../core/error.ts';
import { stopIfAborted } from '../core/pause.ts';
import { systemErrorText } from '../core/system-error.ts';

/** A temporary file that holds what a stream brought; removed by `remove`, or when the process ends. */
export interface Spool {
  readonly path: string;
  /** The error that ended the stream early; what came before it is in the file. */
  readonly error: Error | null;
  remove(): void;
}

/** Those that are there: of a folder of `.tgz` files there are many, and one listener removes them. */
const folders = new Set<string>();

function removeAll(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

/** Writes a stream to a temporary file that only this user can read. */
export async function spool(
  stream: NodeJS.ReadableStream | AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<Spool> {
  // Streams take long to load, and few archives come through one.
  const [{ pipeline }, { tmpdir }] = await Promise.all([import('node:stream/promises'), import('node:os')]);
  const folder = mkdtempSync(join(tmpdir(), 'natsarc-'));
  const path = join(folder, 'spool');
  const remove = (): void => {
    folders.delete(folder);
    if (folders.size === 0) process.off('exit', removeAll);
    rmSync(folder, { recursive: true, force: true });
  };
  if (folders.size === 0) process.once('exit', removeAll);
  folders.add(folder);
  try {
    await pipeline(stream, createWriteStream(path, { mode: 0o600 }), signal === undefined ? {} : { signal });
    return { path, error: null, remove };
  } catch (error) {
    if (isStreamError(error)) return { path, error, remove };
    remove();
    stopIfAborted(signal);
    throw new SourceError(`temporary file: ${systemErrorText(error)}`);
  }
}

/** What came was damaged (zlib's own codes); anything else went wrong on our side. */
function isStreamError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}
