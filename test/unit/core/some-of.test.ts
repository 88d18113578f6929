import { expect, it } from 'vitest';
import { someOf } from '../../../src/core/some-of.ts';

it('of a list that is too long some are told, and how many more there are', () => {
  expect(someOf(['a', 'b', 'c'], 3)).toBe('a, b, c');
  expect(someOf(['a', 'b', 'c', 'd', 'e'], 3)).toBe('a, b, c and 2 more');
  expect(someOf(['a', 'b'], 1, '; ')).toBe('a and 1 more');
  expect(someOf(['a: x', 'b: y'], 5, '; ')).toBe('a: x; b: y');
});
