import yargs, { type Argv } from 'yargs';
import { VERSION } from '../core/version.ts';
import type { Command } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { HELP_COLUMNS } from './help-columns.ts';
import { GLOBAL_FLAGS, STANDARD_INPUT } from './options.ts';

/**
 * The parser that says what is wrong with a command line, writes help and completes; it loads every command. Running a
 * command is left to `run`.
 */
export async function fullParser(
  args: readonly string[],
  columns: number,
  run: (command: Command, args: object) => Promise<void>,
): Promise<Argv> {
  const parser = yargs(args.map((arg) => (arg === '-' ? STANDARD_INPUT : arg)))
    .scriptName('natsarc')
    .usage(
      'natsarc looks into JetStream backups and data directories and checks them, with no server running',
    )
    .options(GLOBAL_FLAGS)
    .version(VERSION)
    .locale('en')
    .strict()
    .demandCommand(1, 'which command?')
    .recommendCommands()
    .exitProcess(false)
    .fail(false)
    .wrap(Math.min(HELP_COLUMNS, columns));
  for (const load of Object.values(COMMANDS)) {
    const command = await load();
    parser.command(
      command.command,
      command.describe,
      (y) => command.builder(y),
      async (argv) => run(command, withDashes(argv)),
    );
  }
  return parser;
}

/** A lone dash is standard input as the archive only; any other argument has it as it was typed. */
function withDashes(argv: object): object {
  const dashed = (value: unknown): unknown => (value === STANDARD_INPUT ? '-' : value);
  return Object.fromEntries(
    Object.entries(argv).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(dashed) : dashed(value),
    ]),
  );
}
