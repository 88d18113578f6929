import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/core/error.ts';
import { mapSubject, parseSubjectMapping } from '../../../src/core/subject-map.ts';
import { subjectMatches } from '../../../src/core/subject.ts';

const mapped = (rules: readonly string[], subject: string): string =>
  mapSubject(rules.map(parseSubjectMapping), subject);

const token = fc.stringMatching(/^[a-c$_é]{1,3}$/);
const subjects = fc.array(token, { minLength: 1, maxLength: 5 }).map((tokens) => tokens.join('.'));

describe('a subject mapping', () => {
  it('moves the tail of >', () => {
    expect(mapped(['orders.>=copy.orders.>'], 'orders.new')).toBe('copy.orders.new');
    expect(mapped(['orders.>=copy.orders.>'], 'orders.eu.new.7')).toBe('copy.orders.eu.new.7');
    expect(mapped(['>=a.>'], 'x.y')).toBe('a.x.y');
    expect(mapped(['a.b.>=>'], 'a.b.c')).toBe('c');
  });

  it('moves each * in order', () => {
    expect(mapped(['a.*.b.*.>=*.c.*.>'], 'a.1.b.2.3.4')).toBe('1.c.2.3.4');
    expect(mapped(['a.*=b.*'], 'a.1')).toBe('b.1');
  });

  it('leaves what does not fit; > stands for one token at least', () => {
    for (const subject of ['orders', 'order.new', 'x.orders.new'])
      expect(mapped(['orders.>=copy.orders.>'], subject)).toBe(subject);
    for (const subject of ['a', 'a.b.c', 'b.a']) expect(mapped(['a.*=x.*'], subject)).toBe(subject);
    expect(mapped([], 'a.b')).toBe('a.b');
  });

  it('applies the first rule that fits, and only that', () => {
    expect(mapped(['a.b=c', 'a.*=d.*', 'c=e'], 'a.b')).toBe('c');
    expect(mapped(['a.b=c', 'a.*=d.*', 'c=e'], 'a.c')).toBe('d.c');
  });

  it('there and back for every subject that fits; unchanged for every other', () => {
    fc.assert(
      fc.property(subjects, token, (subject, first) => {
        const there = mapped([`${first}.>=x.y.>`], subject);
        if (!subjectMatches(`${first}.>`, subject)) expect(there).toBe(subject);
        else {
          expect(there).toBe(`x.y.${subject.slice(first.length + 1)}`);
          expect(mapped([`x.y.>=${first}.>`], there)).toBe(subject);
        }
      }),
    );
  });

  it.each([
    ['orders.>', 'FROM=TO'],
    ['a=b=c', 'FROM=TO'],
    ['', 'FROM=TO'],
    ['=a', "'' is no subject"],
    ['a=', "'' is no subject"],
    ['a..b=c', "'a..b' is no subject"],
    ['a.>.b=c.>', "'a.>.b' is no subject"],
    ['a b=c', "'a b' is no subject"],
    ['a.*=b', 'same wildcards'],
    ['a=b.>', 'same wildcards'],
    ['a.>=b.*', 'same wildcards'],
    ['a.*.*=b.*', 'same wildcards'],
  ])('%s is refused', (text, message) => {
    expect(() => parseSubjectMapping(text)).toThrow(UsageError);
    expect(() => parseSubjectMapping(text)).toThrow(message);
  });
});
