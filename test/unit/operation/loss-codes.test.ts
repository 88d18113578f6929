import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LOSS_REASONS, NOTE_MEANINGS } from '../../../src/operation/salvage/loss-codes.ts';
import { ROOT, type Json } from '../../support/captures.ts';

it('docs/repair.md lists every reason of a loss, and every note, with its code', () => {
  const page = readFileSync(join(ROOT, 'docs/repair.md'), 'utf8');
  const listed = [...page.matchAll(/^\| `([A-Z0-9_]+)` +\| (.*?) *\|$/gm)].map(([, code, reason]) => [
    code,
    reason,
  ]);
  expect(listed).toEqual([...Object.entries(LOSS_REASONS), ...Object.entries(NOTE_MEANINGS)]);
});

it('the schema of the loss report knows every code of a note', () => {
  const schema: Json = JSON.parse(readFileSync(join(ROOT, 'schemas/report-loss.schema.json'), 'utf8'));
  const { enum: known } = schema.properties.notes.items.properties.code;
  const codes = [...Object.keys(LOSS_REASONS), ...Object.keys(NOTE_MEANINGS)];
  expect(known.toSorted()).toEqual(codes.toSorted());
});
