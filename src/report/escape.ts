/*
 * Control characters, and the marks that change the direction or look of what follows: in the name of a stream they could
 * rewrite a terminal's screen.
 */
const UNSAFE =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu;

/** Text from data, safe for a terminal: `\x1b`, `\u202e`. */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** Escaped, and cut to a width with an ellipsis. */
export function clip(text: string, width: number): string {
  const chars = Array.from(escapeText(text));
  return chars.length <= width ? chars.join('') : `${chars.slice(0, width - 1).join('')}…`;
}
