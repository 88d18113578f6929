/** Whether a subject fits a pattern with the wildcards `*` (one token) and `>` (one or more tokens at the end). */
export function subjectMatches(pattern: string, subject: string): boolean {
  const wanted = pattern.split('.');
  const tokens = subject.split('.');
  for (const [i, token] of wanted.entries()) {
    if (token === '>') return i < tokens.length;
    if (i >= tokens.length || (token !== '*' && token !== tokens[i])) return false;
  }
  return wanted.length === tokens.length;
}

/** Whether a text can be a subject or pattern: tokens that are not empty, no blanks, `>` only at the end. */
export function isSubjectPattern(text: string): boolean {
  // oxlint-disable-next-line no-control-regex
  if (text === '' || /[ \t\r\n\f\0]/.test(text)) return false;
  const tokens = text.split('.');
  return tokens.every((token, i) => token !== '' && (token !== '>' || i === tokens.length - 1));
}
