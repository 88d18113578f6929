// Runs a command's builder on a recorder, to learn what the command takes.
import type { Argv, Options, PositionalOptions } from 'yargs';
import type { Command } from '../src/cli/command.ts';
import { ARCHIVE, GLOBAL_FLAGS } from '../src/cli/options.ts';
import type { CommandSurface, FlagSurface, PositionalSurface } from '../src/cli/surface.ts';

const METHODS = ['positional', 'options', 'option', 'conflicts', 'implies', 'example', 'epilogue'];
const KEYS = [
  'type',
  'alias',
  'choices',
  'default',
  'describe',
  'demandOption',
  'requiresArg',
  'array',
  'nargs',
];

interface Recorded {
  readonly positionals: Map<string, PositionalOptions>;
  readonly flags: Record<string, Options>;
  readonly conflicts: (readonly [string, string])[];
  readonly implies: (readonly [string, string])[];
  /** What the quick parser does not know. */
  readonly unknown: string[];
}

/** What a command takes; where the quick parser does not know all of it, what it does not know. */
export function recordSurface(command: Command): CommandSurface | { readonly unknown: readonly string[] } {
  const seen: Recorded = {
    positionals: new Map(),
    flags: { ...GLOBAL_FLAGS },
    conflicts: [],
    implies: [],
    unknown: [],
  };
  command.builder(recorderInto(seen));
  const slots = command.command.split(' ').slice(1);
  const positionals = slots.map((slot) => positionalOf(slot, seen));
  const flags = Object.fromEntries(
    Object.entries(seen.flags).map(([name, shape]) => [name, flagOf(name, shape, seen.unknown)]),
  );
  if (seen.unknown.length > 0) return { unknown: seen.unknown };
  return { positionals, flags, conflicts: seen.conflicts, implies: seen.implies };
}

function recorderInto(seen: Recorded): Argv {
  const record = (method: string, args: readonly unknown[]): void => {
    if (method === 'positional') seen.positionals.set(args[0] as string, args[1] as PositionalOptions);
    if (method === 'options') Object.assign(seen.flags, args[0]);
    if (method === 'option') seen.flags[args[0] as string] = args[1] as Options;
    if (method === 'conflicts') seen.conflicts.push(...pairsOf(args));
    if (method === 'implies') seen.implies.push(...pairsOf(args));
    if (!METHODS.includes(method)) seen.unknown.push(`.${method}()`);
  };
  const recorder: Argv = new Proxy({} as Argv, {
    get:
      (_, method) =>
      (...args: unknown[]) => {
        record(String(method), args);
        return recorder;
      },
  });
  return recorder;
}

/** `('a', 'b')`, `('a', ['b', 'c'])` and `({ a: 'b' })` alike. */
function pairsOf([first, second]: readonly unknown[]): [string, string][] {
  const entries = typeof first === 'string' ? [[first, second] as const] : Object.entries(first as object);
  return entries.flatMap(([a, others]) => [others].flat().map((b): [string, string] => [a, String(b)]));
}

function positionalOf(slot: string, seen: Recorded): PositionalSurface {
  const [, open, name = '', dots] = /^([<[])([\w-]+?)(\.\.)?[>\]]$/.exec(slot) ?? [];
  const isVariadic = dots !== undefined;
  const shape = seen.positionals.get(name);
  const known = ['type', 'describe', 'demandOption', ...(isVariadic ? ['array', 'coerce'] : [])];
  const others = Object.keys(shape ?? {}).filter((key) => !known.includes(key));
  const isArchive = !isVariadic && shape?.coerce === ARCHIVE.coerce;
  if (shape?.type !== 'string' || others.length > (isArchive ? 1 : 0) || (isVariadic && open !== '['))
    seen.unknown.push(`positional ${slot}`);
  return { name, isArchive, isOptional: open === '[', ...(isVariadic ? { isVariadic } : {}) };
}

function flagOf(name: string, shape: Options, unknown: string[]): FlagSurface {
  unknown.push(
    ...Object.keys(shape)
      .filter((key) => !KEYS.includes(key))
      .map((key) => `${key} of --${name}`),
  );
  const type = shape.array === true ? 'array' : (shape.type ?? 'string');
  if (type === 'count') unknown.push(`type ${type} of --${name}`);
  if (shape.array === true && (shape.nargs !== 1 || shape.type !== 'string' || shape.choices !== undefined))
    unknown.push(`array --${name}`);
  if (!/^[a-z][a-z-]*$/.test(name) || name.startsWith('no-')) unknown.push(`name --${name}`);
  const { alias, choices } = shape;
  if (alias !== undefined && !/^[a-zA-Z]$/.test(String(alias))) unknown.push(`alias of --${name}`);
  return {
    type: type as FlagSurface['type'],
    ...(alias === undefined ? {} : { alias: String(alias) }),
    ...(choices === undefined ? {} : { choices: choices.map(String) }),
    ...(shape.default === undefined ? {} : { default: shape.default as boolean | string | number }),
    ...(shape.demandOption === true ? { isDemanded: true } : {}),
  };
}
