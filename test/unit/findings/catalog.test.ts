import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CATALOG } from '../../../src/findings/catalog/index.ts';
import { ROOT } from '../../support/captures.ts';

const DAMAGE = join(ROOT, 'test/damage');

const words = new Set(
  readdirSync(DAMAGE)
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap(
      (name) => readFileSync(join(DAMAGE, name), 'utf8').match(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/g) ?? [],
    ),
);

describe('a test in test/damage makes every code of the catalogue', () => {
  it.each(Object.keys(CATALOG))('%s', (code) => {
    expect(words).toContain(code);
  });
});
