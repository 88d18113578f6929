let isLoaded = false;

/** Writes to standard error. Its stream is loaded by that. */
export function writeError(text: string): void {
  isLoaded = true;
  process.stderr.write(text);
}

/** Whether nothing was written, so that nothing is under way. */
export function isErrorSilent(): boolean {
  return !isLoaded;
}
