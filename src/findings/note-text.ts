/** A note as one line. */
export function noteText({
  code,
  stream,
  text,
}: {
  readonly code: string;
  readonly stream: string;
  readonly text: string;
}): string {
  return `${stream}: ${text} (${code})`;
}
