import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { copyOf, verifyDamaged } from '../support/damage.ts';
import { repair } from '../support/repaired.ts';

const ORDERS = '2.9.25-full/store/jetstream/$G/streams/ORDERS';
const GONE = 'the .idx files are gone that servers up to 2.9 keep beside blocks';

function without(path: string, isGone: (name: string) => boolean): string {
  const copy = copyOf(path);
  for (const name of readdirSync(join(copy, 'msgs'))) if (isGone(name)) rmSync(join(copy, 'msgs', name));
  return copy;
}

it('a stream of 2.9 whose .idx files are all gone may hold deleted messages, and says so', async () => {
  const copy = without(ORDERS, (name) => name.endsWith('.idx'));
  const { missing, result } = await repair(copy, ORDERS);
  expect(missing).toEqual([]);
  expect(result.loss.notes).toMatchObject([
    { code: 'DELETES_UNKNOWN', loss: false, text: expect.stringContaining(GONE) as string },
  ]);
  const report = await verifyDamaged(copy);
  expect(report.findings.map(({ code }) => code)).not.toContain('IDX_MISSING');
  expect(report.notes.map(({ text }) => text)).toEqual([expect.stringContaining(GONE)]);
});

it('of a later server there were none: index.db is missing', async () => {
  const copy = without('2.14.5-full/store/jetstream/$G/streams/ORDERS', (name) => name === 'index.db');
  const { result } = await repair(copy, copy);
  expect(result.loss.notes.filter(({ text }) => text.includes('.idx'))).toEqual([]);
  const { findings } = await verifyDamaged(copy);
  expect(findings.map(({ code }) => code)).toContain('IDX_MISSING');
});
