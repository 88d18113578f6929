import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/captures.ts';

interface LintConfig {
  readonly overrides: readonly {
    readonly files: readonly string[];
    readonly rules: {
      readonly 'no-restricted-imports'?: readonly [
        'error',
        { readonly patterns: readonly { readonly group: readonly string[] }[] },
      ];
    };
  }[];
}

const OPERATION = join(ROOT, 'src/operation');
const MAP = readFileSync(join(ROOT, 'src/README.md'), 'utf8');
const LINT = JSON.parse(readFileSync(join(ROOT, '.oxlintrc.json'), 'utf8')) as LintConfig;

/** The rooms from left to right. */
const ROOMS = /^core →.*$/m.exec(MAP)?.[0].split(' → ') ?? [];

/** The last cell of a room's row. */
function cellOf(room: string): string {
  const row = MAP.split('\n').find((line) => line.startsWith(`| \`${room}/\` |`)) ?? '';
  return row.split('|').at(-2)?.trim() ?? '';
}

function allowed(room: string): string[] {
  const cell = cellOf(room);
  const words = cell.split(/[ ,]+/);
  if (!cell.startsWith('all to its left')) return ROOMS.filter((other) => words.includes(other));
  const but = words.slice(words.indexOf('but'));
  return ROOMS.slice(0, ROOMS.indexOf(room)).filter((other) => !but.includes(other));
}

/** The rooms that the lint rule of a room refuses; types alone may come from others. */
function refused(room: string): string[] {
  const override = LINT.overrides.find(({ files }) => files[0] === `src/${room}/**`);
  const group = override?.rules['no-restricted-imports']?.[1].patterns[0]?.group ?? [];
  return ROOMS.filter((other) => group.includes(`**/${other}/**`));
}

describe('the lint rule of a room refuses what the map does not allow', () => {
  it('of all of them', () => {
    expect(ROOMS).toHaveLength(14);
  });

  it.each(ROOMS)('%s', (room) => {
    expect(cellOf(room)).not.toBe('');
    expect(refused(room)).toEqual(ROOMS.filter((other) => other !== room && !allowed(room).includes(other)));
  });
});

/** The folder of a file of operation/; a file beside folders stands for itself. */
function groupOf(path: string): string {
  const folder = dirname(path);
  const hasFolders = readdirSync(folder, { withFileTypes: true }).some((entry) => entry.isDirectory());
  return relative(OPERATION, hasFolders ? path : folder);
}

/** Which folders of operation/ import from which, types included. */
function groupImports(): Map<string, Set<string>> {
  const imports = new Map<string, Set<string>>();
  for (const name of readdirSync(OPERATION, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const path = join(OPERATION, name);
    const from = groupOf(path);
    for (const [, specifier = ''] of readFileSync(path, 'utf8').matchAll(/(?:from |import\()'(\.[^']+)'/g)) {
      const imported = resolve(dirname(path), specifier);
      if (!imported.startsWith(`${OPERATION}/`) || groupOf(imported) === from) continue;
      imports.set(from, (imports.get(from) ?? new Set()).add(groupOf(imported)));
    }
  }
  return imports;
}

it('folders of operation/ import one way', () => {
  const imports = groupImports();
  expect(imports.size).toBeGreaterThan(30);
  // What imports nothing that is left is taken away, again and again: a circle stays.
  for (let size = -1; size !== imports.size;) {
    size = imports.size;
    for (const [group, others] of imports) {
      for (const other of others) if (!imports.has(other)) others.delete(other);
      if (others.size === 0) imports.delete(group);
    }
  }
  expect([...imports].map(([group, others]) => `${group} > ${[...others].join(', ')}`)).toEqual([]);
});
