import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXPLAINED } from '../../../src/findings/catalog/explained.ts';
import { CATALOG } from '../../../src/findings/catalog/index.ts';
import { NOTES } from '../../../src/findings/catalog/notes.ts';
import type { DeleteNote } from '../../../src/operation/delete-note.ts';
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

describe('explain', () => {
  const ofDeletes: Record<DeleteNote['code'], true> = { DELETES_PROVEN: true, DELETES_UNKNOWN: true };
  const told = [LOSS_REASONS, NOTE_MEANINGS, ofDeletes].flatMap((codes) => Object.keys(codes));

  it('knows every code of a note or a loss', () => {
    expect(told.filter((code) => !Object.hasOwn(EXPLAINED, code))).toEqual([]);
  });

  it('knows no code that nothing tells, and none twice', () => {
    expect(Object.keys(NOTES).filter((code) => !told.includes(code) || code in CATALOG)).toEqual([]);
  });

  it('its schema knows them', () => {
    const schema: Json = JSON.parse(readFileSync(join(ROOT, 'schemas/check.schema.json'), 'utf8'));
    const [, { enum: known }] = schema.properties.code.anyOf;
    expect(known).toEqual(Object.keys(NOTES));
  });
});
