/** An error stops the run; facts about the user's data are findings, never errors. `main` alone maps it to an exit code. */
export class ToolError extends Error {
  override readonly name: string = 'ToolError';
}

/** The command line or the options are wrong. */
export class UsageError extends ToolError {
  override readonly name = 'UsageError';
}

/**
 * What lies where the command should work does not allow it. It ends as wrong usage does, but no flag is the remedy, and no help
 * tells more.
 */
export class RefusedError extends UsageError {}

/** What was asked for cannot be opened or read at all: missing, no permission, not an archive. */
export class SourceError extends ToolError {
  override readonly name = 'SourceError';
}

/**
 * What was read once is not the same when it is read again, as on a store in use. Of several streams it stops the one. `path`: of the
 * file; null where it lies in memory.
 */
export class ChangedError extends SourceError {
  constructor(path: string | null) {
    super(`${path === null ? '' : `${path}: `}the archive changed while it was read`);
  }
}

/** The system refuses to write what is open already, and does not say which file that is: whoever knows the target names it. */
export class WriteError extends ToolError {}

/** The caller's AbortSignal fired. */
export class CancelledError extends ToolError {
  override readonly name = 'CancelledError';
}

/** Gives what is read, or the SourceError that it ends with. */
export function orSourceError<T>(read: () => T): T | SourceError {
  try {
    return read();
  } catch (error) {
    if (error instanceof SourceError) return error;
    throw error;
  }
}
