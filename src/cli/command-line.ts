import { CancelledError, RefusedError, SourceError, ToolError, UsageError } from '../core/error.ts';
import { systemErrorText } from '../core/system-error.ts';
import { escapeText } from '../report/escape.ts';
import type { Command } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { makeContext, type GlobalOptions } from './context.ts';
import { EXIT } from './exit-code.ts';
import { SURFACE } from './generated/surface.ts';
import { watchHeap } from './heap-watch.ts';
import { mustBeGivenOnce, parseErrorText } from './parse-error.ts';
import { quickParse } from './quick-parser.ts';
import { isErrorSilent, writeError } from './standard-error.ts';
import {
  isOutputBroken,
  isOutputWritten,
  outputStream,
  whenOutputBreaks,
  writeOut,
} from './standard-output.ts';

/** How far a command line has come. */
interface Run {
  readonly args: readonly string[];
  readonly abort: AbortController;
  isInCommand: boolean;
}

/**
 * Runs a command, or says what is wrong with the command line. Gives whether all was written, so that nothing is lost if
 * the process ends. `exit` ends it at once.
 */
export async function runCommandLine(
  args: readonly string[],
  exit: (code: number) => void,
): Promise<boolean> {
  const run: Run = { args, abort: new AbortController(), isInCommand: false };
  onSignals(run.abort, exit);
  return judged(run, async () => dispatch(run));
}

/** Writes what a command line without a command is answered with; the process ends as that of a command does. */
export async function answer(text: Uint8Array, args: readonly string[]): Promise<boolean> {
  const run: Run = { args, abort: new AbortController(), isInCommand: true };
  return judged(run, async () => writeOut(text));
}

/** Says how work ended. Output that nobody reads on is no failure; output that is lost is one, whatever the work came to. */
async function judged(run: Run, work: () => Promise<void>): Promise<boolean> {
  whenOutputBreaks(() => run.abort.abort());
  try {
    await work();
  } catch (error) {
    if (!isOutputBroken()) fail(error, run.args, run.isInCommand);
  }
  whenOutputBreaks((error) => {
    if (error.code === 'EPIPE') return;
    process.exitCode = exitOf(run.args, false);
    writeError(`natsarc: cannot write standard output: ${systemErrorText(error)}\n`);
  });
  return isOutputWritten() && isErrorSilent();
}

async function dispatch(run: Run): Promise<void> {
  const quick = quickParse(run.args, SURFACE);
  const load = quick === null ? undefined : COMMANDS[quick.command];
  if (quick !== null && load !== undefined) return runCommand(run, await load(), quick.args);
  const { fullParser } = await import('./full-parser.ts');
  const columns = outputStream().columns ?? Infinity;
  const parser = await fullParser(run.args, columns, async (command, argv) => {
    mustBeGivenOnce(argv, SURFACE[run.args[0] ?? '']);
    return runCommand(run, command, argv);
  });
  try {
    await parser.parseAsync();
  } catch (error) {
    if (run.isInCommand || !(error instanceof Error)) throw error;
    const [name = ''] = run.args;
    const surface = Object.hasOwn(SURFACE, name) ? SURFACE[name] : undefined;
    const { unknownFlagsText } = await import('./unknown-flags.ts');
    const unknown = surface ? unknownFlagsText(run.args, surface) : null;
    if (unknown !== null) throw new UsageError(unknown);
    const command = Object.hasOwn(COMMANDS, name) ? await COMMANDS[name]?.() : undefined;
    throw new UsageError(parseErrorText(error.message, name, command?.command));
  }
}

async function runCommand(run: Run, command: Command, argv: object): Promise<void> {
  run.isInCommand = true;
  const endWatch = watchHeap();
  const context = makeContext(argv as GlobalOptions, run.abort.signal);
  try {
    await command.run(argv as never, context);
  } finally {
    endWatch();
    context.progress.end();
  }
}

function onSignals(abort: AbortController, exit: (code: number) => void): void {
  for (const [name, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
  ] as const)
    process.once(name, () => {
      process.exitCode = EXIT.signal + number;
      abort.abort();
      // A second one ends at once; so does one that finds the work not listening.
      setTimeout(() => exit(EXIT.signal + number), 2000).unref();
    });
}

/** Says what went wrong; with --json as one JSON object on standard output. */
function fail(error: unknown, args: readonly string[], isInCommand: boolean): void {
  const message = systemErrorText(error);
  const isUsage = (error instanceof UsageError && !(error instanceof RefusedError)) || !isInCommand;
  const isRefused = error instanceof RefusedError;
  const isExpected = isUsage || error instanceof ToolError || (error instanceof Error && 'code' in error);
  if (!(error instanceof CancelledError)) process.exitCode = exitOf(args, isUsage || isRefused);
  if (args.includes('--json') || args.includes('-j'))
    outputStream().write(
      `${JSON.stringify({ type: 'natsarc.v1.error', kind: isUsage ? 'usage' : kindOf(error), message })}\n`,
    );
  if (error instanceof CancelledError) writeError('natsarc: stopped\n');
  else writeError(`natsarc: ${printable(message)}${isUsage ? `\n${helpCommand(args)} tells how` : ''}\n`);
  if (!isExpected && error instanceof Error)
    writeError(`${error.stack ?? ''}\nThis is a bug in natsarc: please report it.\n`);
}

function helpCommand(args: readonly string[]): string {
  const [command = ''] = args;
  return Object.hasOwn(COMMANDS, command) ? `natsarc ${command} --help` : 'natsarc --help';
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
  const command = args.find((arg) => Object.hasOwn(COMMANDS, arg));
  if (command === 'verify' || command === 'preflight') return EXIT.damaged;
  if (command === 'diff') return EXIT.trouble;
  return isUsage ? EXIT.usage : EXIT.failed;
}
