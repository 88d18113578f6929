import { NearNames } from '../core/near-names.ts';
import type { CommandSurface } from './surface.ts';

/** Those that every parser adds. */
const OF_THE_PARSER = ['help', 'version'];

/**
 * Says which flags of a command line its command does not have, and which are near; null where it has them all. The parser would take what
 * follows such a flag for its value, and miss that: most often the archive.
 */
export function unknownFlagsText(args: readonly string[], { flags }: CommandSurface): string | null {
  const known = new Set([...Object.keys(flags), ...OF_THE_PARSER]);
  for (const [name, { type }] of Object.entries(flags)) if (type === 'boolean') known.add(`no-${name}`);
  const unknown = typedFlags(args).filter((flag) => !known.has(flag));
  if (unknown.length === 0) return null;
  return [...new Set(unknown)].map((flag) => `there is no flag --${flag}${nearText(flag, known)}`).join('; ');
}

/** By their names, with dashes: the parser takes `minSeq` for `min-seq`. */
function typedFlags(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).flatMap((arg) => {
    const name = /^--([^=]+)/.exec(arg)?.[1];
    return name === undefined ? [] : [name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)];
  });
}

function nearText(flag: string, known: ReadonlySet<string>): string {
  const near = new NearNames(flag, Math.max(1, flag.length / 4));
  for (const name of known) near.see(name);
  const [nearest] = near.names;
  return nearest === undefined ? '' : `: did you mean --${nearest}?`;
}
