import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LOSS_REASONS } from '../../../src/operation/salvage/loss-codes.ts';
import { ROOT } from '../../support/captures.ts';

it('docs/repair.md lists every reason of a loss with its code', () => {
  const page = readFileSync(join(ROOT, 'docs/repair.md'), 'utf8');
  const listed = [...page.matchAll(/^\| `([A-Z0-9_]+)` +\| (.*?) *\|$/gm)].map(([, code, reason]) => [
    code,
    reason,
  ]);
  expect(listed).toEqual(Object.entries(LOSS_REASONS));
});
