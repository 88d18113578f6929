import type { CommandSurface, FlagSurface, Surface } from './surface.ts';

type Value = boolean | string | number | string[];

/** A command line understood: the command and its arguments as the full parser would give them, names in camelCase. */
export interface QuickParse {
  readonly command: string;
  readonly args: Readonly<Record<string, Value>>;
}

/**
 * Reads an ordinary command line without loading the full parser, which takes longer than most of the work behind it.
 * null: an error, or something rare (abbreviations, a flag given twice, quotes inside a value); the full parser judges.
 */
export function quickParse(given: readonly string[], surface: Surface): QuickParse | null {
  const [command = '', ...rest] = given;
  const known = Object.hasOwn(surface, command) ? surface[command] : undefined;
  if (known === undefined || known === null) return null;
  const values = valuesOf(rest, known);
  if (values === null || !isComplete(values, known)) return null;
  const args: Record<string, Value> = {};
  for (const [name, flag] of Object.entries(known.flags))
    if (flag.default !== undefined) args[camelCase(name)] = flag.default;
  for (const { name, isVariadic } of known.positionals) if (isVariadic === true) args[camelCase(name)] = [];
  for (const [name, value] of values) args[camelCase(name)] = value;
  return { command, args };
}

/** Whether all is there that must be, and nothing that must not. */
function isComplete(values: ReadonlyMap<string, Value>, known: CommandSurface): boolean {
  const { positionals, flags, conflicts, implies } = known;
  return (
    positionals.every(({ name, isOptional }) => isOptional || values.has(name)) &&
    Object.entries(flags).every(([name, { isDemanded }]) => isDemanded !== true || values.has(name)) &&
    !conflicts.some(([a, b]) => values.has(a) && values.has(b)) &&
    !implies.some(([a, b]) => values.has(a) && !values.has(b))
  );
}

function valuesOf(tokens: readonly string[], known: CommandSurface): Map<string, Value> | null {
  const values = new Map<string, Value>();
  const positionals = [...known.positionals];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] ?? '';
    if (!token.startsWith('-') || token === '-') {
      const positional = positionals.shift();
      if (
        positional === undefined ||
        positional.isVariadic === true ||
        !isPlain(token) ||
        (token === '-' && !positional.isArchive)
      )
        return null;
      values.set(positional.name, token);
      continue;
    }
    const flag = flagOf(token, known.flags);
    if (flag === null) return null;
    const isTaken = flag.shape.type !== 'boolean' && flag.value === undefined;
    const text = flag.value ?? (isTaken ? tokens[++at] : tokens[at + 1]);
    const value = flag.shape.type === 'boolean' ? switched(flag, text) : valueOf(text, flag.shape);
    if (value === null || !put(values, flag.name, value)) return null;
  }
  return values;
}

interface GivenFlag {
  readonly name: string;
  readonly shape: FlagSurface;
  /** What stands behind `=`. */
  readonly value: string | undefined;
  readonly isNegated: boolean;
}

function flagOf(token: string, flags: CommandSurface['flags']): GivenFlag | null {
  if (/^-[a-zA-Z]$/.test(token)) {
    const found = Object.entries(flags).find(([, shape]) => shape.alias === token[1]);
    if (found?.[1].type !== 'boolean') return null;
    return { name: found[0], shape: found[1], value: undefined, isNegated: false };
  }
  const [, typed = '', value] = /^--([a-z][a-z-]*)(?:=(.*))?$/s.exec(token) ?? [];
  const isNegated = typed.startsWith('no-') && !Object.hasOwn(flags, typed);
  const name = isNegated ? typed.slice(3) : typed;
  const shape = Object.hasOwn(flags, name) ? flags[name] : undefined;
  if (shape === undefined || (isNegated && shape.type !== 'boolean')) return null;
  return { name, shape, value, isNegated };
}

/** The full parser lets a boolean flag take a `true` or `false` behind it. */
function switched(flag: GivenFlag, next: string | undefined): boolean | null {
  return flag.value !== undefined || next === 'true' || next === 'false' ? null : !flag.isNegated;
}

function valueOf(text: string | undefined, shape: FlagSurface): Value | null {
  if (text === undefined || text === '-' || text.startsWith('-') || !isPlain(text)) return null;
  if (shape.choices !== undefined && !shape.choices.includes(text)) return null;
  if (shape.type === 'number') return /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : null;
  return shape.type === 'array' ? [text] : text;
}

/** The full parser takes quotes around a value away, and makes something else of nothing. */
function isPlain(text: string): boolean {
  return text !== '' && !text.startsWith('"') && !text.startsWith("'");
}

function put(values: Map<string, Value>, name: string, value: Value): boolean {
  const before = values.get(name);
  if (before !== undefined && !(Array.isArray(before) && Array.isArray(value))) return false;
  values.set(name, Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value);
  return true;
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
