import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordHelp, recordSurfaces } from '../../scripts/surface-entry.ts';
import { fullParser } from '../../src/cli/full-parser.ts';
import { HELP } from '../../src/cli/generated/help.ts';
import { SURFACE } from '../../src/cli/generated/surface.ts';
import { quickParse } from '../../src/cli/quick-parser.ts';
import type { CommandSurface, Surface } from '../../src/cli/surface.ts';
import { runCli } from '../support/run-cli.ts';

/** What the full parser hands to a command: its name and the arguments a command can see; null where it refuses. */
async function judged(line: readonly string[]): Promise<object | null> {
  let seen: object | null = null;
  try {
    const parser = await fullParser(line, 100, async (command, argv) => {
      const name = command.command.split(' ')[0] ?? '';
      seen = { command: name, args: visible(argv, SURFACE[name]) };
    });
    await parser.parseAsync();
  } catch {
    return null;
  }
  return seen;
}

function visible(argv: object, surface: CommandSurface | null | undefined): object {
  const names = [
    ...Object.keys(surface?.flags ?? {}),
    ...(surface?.positionals ?? []).map(({ name }) => name),
  ];
  const keys = new Set(
    names.map((name) => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())),
  );
  return Object.fromEntries(
    Object.entries(argv).filter(([key, value]) => keys.has(key) && value !== undefined),
  );
}

const WORDS = [
  'a',
  'b c',
  '5',
  '0',
  '-3',
  '1e3',
  '',
  '-',
  '--',
  'true',
  'false',
  '"q"',
  "'",
  'json',
  'text',
  'x=y',
  'é',
];

function lineOf(surface: Surface): fc.Arbitrary<string[]> {
  const commands = Object.entries(surface).filter(
    (entry): entry is [string, CommandSurface] => entry[1] !== null,
  );
  const word = fc.constantFrom(...WORDS);
  return fc.constantFrom(...commands).chain(([name, { flags, positionals }]) => {
    const flag = fc.constantFrom(...Object.entries(flags)).chain(([long, shape]) => {
      const value = fc.oneof(word, fc.constantFrom(...(shape.choices ?? ['7'])));
      return fc.oneof(
        value.map((text) => [`--${long}`, text]),
        value.map((text) => [`--${long}=${text}`]),
        fc.constantFrom([`--${long}`], [`--no-${long}`], [`-${shape.alias ?? 'z'}`]),
      );
    });
    const places = fc.tuple(...positionals.map(() => fc.constantFrom('a', 'b', 'backups/X', '-')));
    return fc
      .tuple(
        places,
        fc.array(
          fc.oneof(
            { weight: 5, arbitrary: flag },
            word.map((text) => [text]),
          ),
          { maxLength: 4 },
        ),
        fc.nat(),
      )
      .map(([given, rest, at]) => [name, ...rest.toSpliced(at % (rest.length + 1), 0, given).flat()]);
  });
}

describe('the generated surface', () => {
  it('is what the commands declare: run `npm run build` where this fails', async () => {
    expect(SURFACE).toEqual(await recordSurfaces(() => {}));
    expect(HELP).toEqual(await recordHelp());
  });

  it('is printed as help, of all and of each command', () => {
    for (const [name, text] of Object.entries(HELP))
      expect(runCli(name === '' ? ['--help'] : [name, '--help'])).toEqual({
        exit: 0,
        stdout: `${text}\n`,
        stderr: '',
      });
  });
});

describe('the quick parser', () => {
  it('takes a line as the full parser does, or leaves it to it', async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(lineOf(SURFACE), async (line) => {
        const quick = quickParse(line, SURFACE);
        if (quick === null) return;
        taken++;
        expect({ line, ...(await judged(line)) }).toEqual({ line, ...quick });
      }),
      { numRuns: 4000 },
    );
    expect(taken).toBeGreaterThan(400);
  });

  const ordinary = [
    ['verify', 'backups/ORDERS'],
    ['verify', '-', '--check'],
    ['verify', 'a', '--jobs', '4', '-w', '--format=json', '--outfile', 'report.json'],
    ['inspect', '/var/lib/nats', '--account', '$G', '--stream', 'A', '--stream', 'B', '--no-progress', '-j'],
    ['cat', 'a', '--subject', 'orders.*', '--after', '2h'],
    ['explain', 'BLK_CUT'],
  ];
  it.each(ordinary)('takes %s %s ...', (...line) => {
    expect(quickParse(line, SURFACE)).not.toBeNull();
  });

  const others = [
    [],
    ['verfy', 'a'],
    ['verify'],
    ['verify', 'a', 'b'],
    ['verify', 'a', '--jobs'],
    ['inspect', 'a', '--dep'],
  ];
  it.each(others)('leaves %s %s %s to the full parser', (...line) => {
    expect(quickParse(line, SURFACE)).toBeNull();
  });
});
