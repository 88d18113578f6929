import { paletteFor, type ColorPolicy, type Palette } from '../report/palette.ts';
import { progressReporter, type ProgressReporter } from './progress.ts';

/** What every command is given: where to write, how to look, when to stop. */
export interface CliContext {
  readonly palette: Palette;
  readonly signal: AbortSignal;
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  readonly progress: ProgressReporter;
  /** Writes results; resolves when the reader has taken them. A reader that is gone ends the output quietly. */
  write(text: string | Uint8Array): Promise<void>;
  note(text: string): void;
  setExit(code: number): void;
}

export interface GlobalOptions {
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly progress?: boolean | undefined;
  readonly color?: ColorPolicy | undefined;
}

export function makeContext(options: GlobalOptions, signal: AbortSignal): CliContext {
  const isQuiet = options.quiet === true;
  return {
    palette: paletteFor(
      options.color ?? 'auto',
      process.stdout.isTTY === true,
      Boolean(process.env['NO_COLOR']),
    ),
    signal,
    isJson: options.json === true,
    isQuiet,
    progress: progressReporter({
      isTerminal: process.stderr.isTTY === true,
      wantsLog: options.progress === false,
      isQuiet,
    }),
    write: writeOut,
    note: (text) => {
      if (!isQuiet) process.stderr.write(`${text}\n`);
    },
    setExit: (code) => {
      process.exitCode = code;
    },
  };
}

async function writeOut(text: string | Uint8Array): Promise<void> {
  if (process.stdout.writableEnded || process.stdout.destroyed) return;
  if (process.stdout.write(text)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      process.stdout.off('drain', done);
      process.stdout.off('close', done);
      process.stdout.off('error', done);
      resolve();
    };
    process.stdout.on('drain', done);
    process.stdout.on('close', done);
    process.stdout.on('error', done);
  });
}
