import type { Command } from '../command.ts';

/** Every command by its name, in the order of `--help`; each is loaded only where it is run. */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  inspect: async () => (await import('./inspect.ts')).inspectCommand,
  verify: async () => (await import('./verify.ts')).verifyCommand,
  diff: async () => (await import('./diff.ts')).diffCommand,
  cat: async () => (await import('./cat.ts')).catCommand,
  export: async () => (await import('./export.ts')).exportCommand,
  import: async () => (await import('./import.ts')).importCommand,
  pack: async () => (await import('./pack.ts')).packCommand,
  convert: async () => (await import('./convert.ts')).convertCommand,
  slice: async () => (await import('./slice.ts')).sliceCommand,
  'extract-into-data-dir': async () => (await import('./extract.ts')).extractCommand,
  'rewrite-stream-name': async () => (await import('./rewrite-stream-name.ts')).rewriteStreamNameCommand,
  preflight: async () => (await import('./preflight.ts')).preflightCommand,
  repair: async () => (await import('./repair.ts')).repairCommand,
  checks: async () => (await import('./checks.ts')).checksCommand,
  explain: async () => (await import('./explain.ts')).explainCommand,
};
