import { UsageError } from '../core/error.ts';
import type { CommandSurface } from './surface.ts';

type Words = (found: readonly string[], usage: string) => string;

/** What the parser says, and how it is told: each argument by the name it is typed with. */
const REWORDED: readonly (readonly [RegExp, Words])[] = [
  [/^Missing required arguments?: (.+)$/, ([names = '']) => `${flags(names)} must be given`],
  [/^Not enough arguments following: (.+)$/, ([name = '']) => `${flags(name)} needs a value`],
  [
    /Argument: (\S+), Given: (.*), Choices: (.+)$/,
    ([name, value, all]) => `--${name} takes one of ${all}, not ${value}`,
  ],
  [/^Missing dependent arguments:\s+(\S+) -> (\S+)$/, ([having, needed]) => `--${having} needs --${needed}`],
  [
    /^Arguments (\S+) and (\S+) are mutually exclusive$/,
    (names) => `${flags(names.join(', '))} exclude each other`,
  ],
  [/^Unknown arguments?: (.+)$/, ([names = '']) => unknown(withoutTwins(names.split(', ')))],
  [
    /^Not enough non-option arguments: got (\d+), need/,
    ([count], usage) =>
      `${positionals(usage).slice(Number(count)).join(' and ')} must be given: natsarc ${usage}`,
  ],
];

/**
 * Says in the user's terms what the parser found. `name`: the first word of the command line; `usage`: how the command of this
 * name is called, such as `pack <archive>`, undefined where there is none.
 */
export function parseErrorText(message: string, name: string, usage: string | undefined): string {
  if (usage === undefined) {
    const guess = /^Did you mean (.+)\?$/.exec(message)?.[1];
    const hint = guess === undefined ? '' : `: did you mean ${guess}?`;
    return name === '' || name.startsWith('-') ? message : `there is no command ${name}${hint}`;
  }
  for (const [pattern, words] of REWORDED) {
    const found = pattern.exec(message);
    if (found !== null) return words(found.slice(1), usage);
  }
  return message;
}

function positionals(usage: string): readonly string[] {
  return usage.match(/<[^>]+>/g) ?? [];
}

function flags(names: string): string {
  return names
    .split(', ')
    .map((name) => `--${name}`)
    .join(' and ');
}

function unknown(names: readonly string[]): string {
  return `Unknown argument${names.length === 1 ? '' : 's'}: ${names.join(', ')}`;
}

/** The parser tells an unknown flag as it was typed, min-seq, and a second time as minSeq. */
function withoutTwins(names: readonly string[]): string[] {
  const dashed = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return names.filter((name) => dashed(name) === name || !names.includes(dashed(name)));
}

/** The parser makes a list of a flag that is given twice. Throws UsageError. */
export function mustBeGivenOnce(argv: object, surface: CommandSurface | null | undefined): void {
  for (const [flag, { type }] of Object.entries(surface?.flags ?? {}))
    if (type !== 'array' && Array.isArray((argv as { readonly [flag: string]: unknown })[flag]))
      throw new UsageError(`--${flag} may be given once`);
}
