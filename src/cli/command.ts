import type { Argv } from 'yargs';
import type { CliContext } from './context.ts';

/** A command: its flags, one library call, a renderer. */
export interface Command {
  /** Name, then its positionals: `verify <archive>`. */
  readonly command: string;
  readonly describe: string;
  builder(y: Argv): Argv;
  run(args: never, context: CliContext): Promise<void>;
}
