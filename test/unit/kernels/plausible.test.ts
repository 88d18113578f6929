import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as plausible from '../../../src/core/plausible.ts';
import { ROOT } from '../../support/captures.ts';

test('kernels believe what all else believes', () => {
  const text = readFileSync(join(ROOT, 'src/kernels/assembly/plausible.ts'), 'utf8');
  const limits = [...text.matchAll(/^export const (\w+): [iu]64 = (\w+);$/gm)];
  const theirs = Object.fromEntries(limits.map(([, name, value]) => [name, BigInt(value ?? '')]));
  const ours = Object.entries(plausible).filter(([, value]) => typeof value !== 'function');
  expect(theirs).toEqual(Object.fromEntries(ours.map(([name, value]) => [name, BigInt(String(value))])));
});
