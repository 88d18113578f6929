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

/** Whether some subject fits both patterns. */
export function subjectsOverlap(a: string, b: string): boolean {
  const [left, right] = [a.split('.'), b.split('.')];
  for (let i = 0; i < left.length || i < right.length; i++) {
    const [l, r] = [left[i], right[i]];
    if (l === '>' || r === '>') return l !== undefined && r !== undefined;
    if (l === undefined || r === undefined) return false;
    if (l !== r && l !== '*' && r !== '*') return false;
  }
  return true;
}
