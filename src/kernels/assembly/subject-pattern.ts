// Whether a subject fits a pattern with the wildcards of NATS.

const DOT: u8 = 0x2e;
const ANY: u8 = 0x2a;
const REST: u8 = 0x3e;

/** `*` stands for one token, `>` for one or more of them at the end. */
export function fitsPattern(pattern: usize, patternBytes: usize, subject: usize, subjectBytes: usize): bool {
  const patternEnd = pattern + patternBytes;
  const subjectEnd = subject + subjectBytes;
  while (true) {
    const wanted = tokenEnd(pattern, patternEnd) - pattern;
    const token = tokenEnd(subject, subjectEnd) - subject;
    const wildcard: u8 = wanted == 1 ? load<u8>(pattern) : 0;
    if (wildcard == REST) return true;
    const isSame = wanted == token && memory.compare(pattern, subject, token) == 0;
    if (!isSame && wildcard != ANY) return false;
    pattern += wanted;
    subject += token;
    if (pattern == patternEnd || subject == subjectEnd) break;
    pattern++;
    subject++;
  }
  return pattern == patternEnd && subject == subjectEnd;
}

function tokenEnd(at: usize, end: usize): usize {
  while (at < end && load<u8>(at) != DOT) at++;
  return at;
}
