import { ToolError, WriteError } from './error.ts';

/** What the operating system says, in words. */
const WORDS: { readonly [code: string]: string } = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of this path is a file, not a folder',
  EISDIR: 'this is a folder, a file was expected',
  EACCES: 'permission denied; run as a user who may, such as the one the server runs as',
  EPERM: 'not permitted; run as a user who may, such as the one the server runs as',
  EBUSY: 'the system has it in use, as it has a mount point',
  EROFS: 'the file system is mounted read-only',
  ENOSPC: 'no space is left on the device',
  EFBIG: 'the file would be larger than it may be; ulimit -f tells the limit',
  EIO: 'the device reports an input or output error',
  EBADF: 'it is not open to this use',
  EDQUOT: "the user's disk quota is used up",
  EMFILE: 'too many files are open; ulimit -n raises the limit',
};

/** Tells an error of the system with the path it is about, `path` unless the error names one. */
export function systemErrorText(error: unknown, path: string | null = null): string {
  if (!(error instanceof Error)) return String(error);
  const { code, path: own } = error as NodeJS.ErrnoException;
  const place = path ?? own ?? null;
  const words = (code === undefined ? undefined : WORDS[code]) ?? error.message;
  return place === null ? words : `${place}: ${words}`;
}

/** What the system refused while something was written. */
export function refusedWrite(error: unknown): ToolError {
  const isPlaced = error instanceof Error && 'path' in error;
  return isPlaced ? new ToolError(systemErrorText(error)) : new WriteError(systemErrorText(error));
}
