import { expect, it } from 'vitest';
import { matchesName } from '../../../src/core/name.ts';

it('names', () => {
  expect(matchesName('OR*', 'ORDERS')).toBe(true);
  expect(matchesName('*D*S', 'ORDERS')).toBe(true);
  expect(matchesName('AB*BA', 'ABA')).toBe(false);
  expect(matchesName('$G', '$G')).toBe(true);
  expect(matchesName('*'.repeat(30) + 'x', 'y'.repeat(200))).toBe(false);
});
