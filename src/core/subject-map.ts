import { UsageError } from './error.ts';
import { isSubjectPattern } from './subject.ts';

/** A rule that gives subjects another form: `orders.*.>=copy.*.>`. The wildcards of both sides answer each other in order. */
export interface SubjectMapping {
  /** Tokens that a subject must have; `*` stands for any one, `>` at the end for one or more. */
  readonly from: readonly string[];
  /** Tokens of the result; each wildcard takes what the one of the same rank in `from` stood for. */
  readonly to: readonly string[];
}

/** Reads `FROM=TO`. Throws UsageError. */
export function parseSubjectMapping(text: string): SubjectMapping {
  const sides = text.split('=');
  const [from, to] = sides;
  if (sides.length !== 2 || from === undefined || to === undefined)
    throw new UsageError(`--map-subject takes FROM=TO, such as 'orders.>=copy.orders.>', not ${text}`);
  for (const side of [from, to])
    if (!isSubjectPattern(side))
      throw new UsageError(`in the subject mapping ${text}, '${side}' is no subject`);
  const mapping = { from: from.split('.'), to: to.split('.') };
  if (wildcardsOf(mapping.from) !== wildcardsOf(mapping.to))
    throw new UsageError(`the subject mapping ${text} needs the same wildcards, in order, on both sides`);
  return mapping;
}

function wildcardsOf(tokens: readonly string[]): string {
  return tokens.filter(isWildcard).join('');
}

function isWildcard(token: string): boolean {
  return token === '*' || token === '>';
}

/** The subject as the first rule that fits gives it, which goes to `used`; as it is where none fits. */
export function mapSubject(
  mappings: readonly SubjectMapping[],
  subject: string,
  used?: Set<SubjectMapping>,
): string {
  const tokens = subject.split('.');
  for (const mapping of mappings) {
    const taken = wildcardTexts(mapping.from, tokens);
    if (taken === null) continue;
    used?.add(mapping);
    return fill(mapping.to, taken);
  }
  return subject;
}

/** What each wildcard of `pattern` stands for, in order; null where the subject does not fit. */
function wildcardTexts(pattern: readonly string[], tokens: readonly string[]): string[] | null {
  const taken: string[] = [];
  for (const [i, wanted] of pattern.entries()) {
    const token = tokens[i];
    if (token === undefined) return null;
    if (wanted === '>') return [...taken, tokens.slice(i).join('.')];
    if (wanted === '*') taken.push(token);
    else if (wanted !== token) return null;
  }
  return pattern.length === tokens.length ? taken : null;
}

function fill(tokens: readonly string[], taken: readonly string[]): string {
  let next = 0;
  return tokens.map((token) => (isWildcard(token) ? taken[next++] : token)).join('.');
}
