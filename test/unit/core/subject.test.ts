import { expect, it } from 'vitest';
import { isSubjectPattern, subjectMatches } from '../../../src/core/subject.ts';

it('subjects', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['a.b', 'a.b', true],
    ['a.*', 'a.b', true],
    ['a.*', 'a.b.c', false],
    ['a.>', 'a.b.c', true],
    ['a.>', 'a', false],
    ['>', 'a', true],
    ['*.b', 'a.b', true],
    ['a.b', 'a.c', false],
    ['*', 'a.b', false],
  ];
  for (const [pattern, subject, matches] of cases)
    expect(subjectMatches(pattern, subject), `${pattern} ${subject}`).toBe(matches);
  for (const text of ['', 'a..b', '.a', 'a b', '>.a']) expect(isSubjectPattern(text)).toBe(false);
});
