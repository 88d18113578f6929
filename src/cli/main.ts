import yargs, { type Argv } from 'yargs';
import { CancelledError, SourceError, ToolError, UsageError } from '../core/error.ts';
import { VERSION } from '../core/version.ts';
import { escapeText } from '../report/escape.ts';
import { catCommand } from './commands/cat.ts';
import { checksCommand } from './commands/checks.ts';
import { diffCommand } from './commands/diff.ts';
import { explainCommand } from './commands/explain.ts';
import { exportCommand } from './commands/export.ts';
import { importCommand } from './commands/import.ts';
import { inspectCommand } from './commands/inspect.ts';
import { preflightCommand } from './commands/preflight.ts';
import { repairCommand } from './commands/repair.ts';
import { sliceCommand } from './commands/slice.ts';
import { verifyCommand } from './commands/verify.ts';
import { extractCommand } from './commands/extract.ts';
import { convertCommand, packCommand, rewriteStreamNameCommand } from './commands/write.ts';
import { makeContext, type CliContext, type GlobalOptions } from './context.ts';
import { EXIT } from './exit-code.ts';
import { STANDARD_INPUT } from './options.ts';

interface Command {
  readonly command: string;
  readonly describe: string;
  builder(y: Argv): Argv;
  run(args: never, context: CliContext): Promise<void>;
}

const COMMANDS: readonly Command[] = [
  inspectCommand,
  verifyCommand,
  diffCommand,
  catCommand,
  exportCommand,
  importCommand,
  packCommand,
  convertCommand,
  sliceCommand,
  extractCommand,
  rewriteStreamNameCommand,
  preflightCommand,
  repairCommand,
  checksCommand,
  explainCommand,
];

const GLOBAL_FLAGS = {
  json: { alias: 'j', type: 'boolean', describe: 'print JSON' },
  quiet: {
    alias: 'q',
    type: 'boolean',
    describe: 'no notes; verify prints nothing, its exit code tells',
  },
  progress: {
    type: 'boolean',
    default: true,
    describe: 'show a progress bar on a terminal; --no-progress: log lines',
  },
  color: {
    choices: ['auto', 'always', 'never'] as const,
    default: 'auto' as const,
    describe: 'colour the output',
  },
} as const;

/** Runs the command line. The only place that decides how the process ends. */
export async function main(args: readonly string[]): Promise<void> {
  const abort = new AbortController();
  let isInCommand = false;
  let isReaderGone = false;
  onSignals(abort);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    isReaderGone ||= error.code === 'EPIPE';
    abort.abort();
  });
  const parser = yargs(args.map((arg) => (arg === '-' ? STANDARD_INPUT : arg)))
    .scriptName('natsarc')
    .usage(
      'natsarc looks into JetStream backups and data directories and checks them, with no server running',
    )
    .options(GLOBAL_FLAGS)
    .version(VERSION)
    .strict()
    .demandCommand(1, 'which command?')
    .recommendCommands()
    .exitProcess(false)
    .fail(false)
    .wrap(Math.min(100, process.stdout.columns ?? 100));
  for (const command of COMMANDS)
    parser.command(
      command.command,
      command.describe,
      (y) => command.builder(y),
      async (argv) => {
        isInCommand = true;
        const context = makeContext(argv as GlobalOptions, abort.signal);
        try {
          await command.run(argv as never, context);
        } finally {
          context.progress.end();
        }
      },
    );
  try {
    await parser.parseAsync();
  } catch (error) {
    if (isReaderGone || process.stdout.destroyed) return;
    fail(error, args, isInCommand);
  }
}

function onSignals(abort: AbortController): void {
  for (const [name, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
  ] as const)
    process.once(name, () => {
      process.exitCode = EXIT.signal + number;
      abort.abort();
      // A second one ends at once; so does one that finds the work not listening.
      setTimeout(() => process.exit(EXIT.signal + number), 2000).unref();
    });
}

/** Says what went wrong; with --json as one JSON object on standard output. */
function fail(error: unknown, args: readonly string[], isInCommand: boolean): void {
  const message = error instanceof Error ? error.message : String(error);
  const isUsage = error instanceof UsageError || !isInCommand;
  const isExpected = isUsage || error instanceof ToolError || (error instanceof Error && 'code' in error);
  if (!(error instanceof CancelledError)) process.exitCode = exitOf(args, isUsage);
  if (args.includes('--json') || args.includes('-j'))
    process.stdout.write(
      `${JSON.stringify({ type: 'natsarc.v1.error', kind: isUsage ? 'usage' : kindOf(error), message })}\n`,
    );
  if (error instanceof CancelledError) process.stderr.write('natsarc: stopped\n');
  else process.stderr.write(`natsarc: ${printable(message)}${isUsage ? '\nnatsarc --help tells how' : ''}\n`);
  if (!isExpected && error instanceof Error)
    process.stderr.write(`${error.stack ?? ''}\nThis is a bug in natsarc: please report it.\n`);
}

/** Messages may carry names from data. */
function printable(message: string): string {
  return message.split('\n').map(escapeText).join('\n');
}

function kindOf(error: unknown): string {
  if (error instanceof SourceError) return 'source';
  return error instanceof CancelledError ? 'cancelled' : 'failed';
}

/** For a monitoring system everything that is no verdict is UNKNOWN. */
function exitOf(args: readonly string[], isUsage: boolean): number {
  const command = args.find((arg) => COMMANDS.some((other) => other.command.startsWith(`${arg} `)));
  if (command === 'verify' || command === 'preflight') return EXIT.damaged;
  if (command === 'diff') return EXIT.trouble;
  return isUsage ? EXIT.usage : EXIT.failed;
}
