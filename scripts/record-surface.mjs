// Runs a command's builder on a recorder. null, said loudly, where it asks for what the quick parser does not know.
const METHODS = ['positional', 'options', 'option', 'conflicts', 'example', 'epilogue'];
const KEYS = ['type', 'alias', 'choices', 'default', 'describe', 'requiresArg', 'array', 'nargs'];

export function recordSurface(command, globalFlags, archive) {
  const seen = { positionals: new Map(), flags: { ...globalFlags }, conflicts: [] };
  const unknown = [];
  const recorder = new Proxy(
    {},
    {
      get: (_, method) => {
        if (!METHODS.includes(method)) unknown.push(`.${String(method)}()`);
        return (...args) => {
          if (method === 'positional') seen.positionals.set(args[0], args[1]);
          if (method === 'options') Object.assign(seen.flags, args[0]);
          if (method === 'option') seen.flags[args[0]] = args[1];
          if (method === 'conflicts') seen.conflicts.push([args[0], args[1]].flat());
          return recorder;
        };
      },
    },
  );
  command.builder(recorder);
  const [name, ...slots] = command.command.split(' ');
  const positionals = slots.map((slot) => positionalOf(slot, seen.positionals, archive, unknown));
  const flags = Object.fromEntries(
    Object.entries(seen.flags).map(([flag, shape]) => [flag, flagOf(flag, shape, unknown)]),
  );
  if (unknown.length === 0) return { positionals, flags, conflicts: seen.conflicts };
  process.stderr.write(`${name} starts slowly, the quick parser does not know ${unknown.join(', ')}\n`);
  return null;
}

function positionalOf(slot, declared, archive, unknown) {
  const name = /^<(\w+)>$/.exec(slot)?.[1];
  const shape = name === undefined ? undefined : declared.get(name);
  if (shape?.type !== 'string') unknown.push(`positional ${slot}`);
  if (shape?.coerce !== undefined && shape.coerce !== archive.coerce) unknown.push(`coerce of ${slot}`);
  return { name, isArchive: shape?.coerce === archive.coerce };
}

function flagOf(name, shape, unknown) {
  const other = Object.keys(shape).filter((key) => !KEYS.includes(key));
  unknown.push(...other.map((key) => `${key} of --${name}`));
  const type = shape.array ? 'array' : (shape.type ?? 'string');
  if (!['boolean', 'string', 'number', 'array'].includes(type)) unknown.push(`type ${type} of --${name}`);
  if (shape.array && (shape.nargs !== 1 || shape.type !== 'string' || shape.choices))
    unknown.push(`array --${name}`);
  if (!/^[a-z][a-z-]*$/.test(name) || name.startsWith('no-')) unknown.push(`name --${name}`);
  if (shape.alias !== undefined && !/^[a-zA-Z]$/.test(shape.alias)) unknown.push(`alias of --${name}`);
  const { alias, choices } = shape;
  return { type, alias, choices, default: shape.default };
}
