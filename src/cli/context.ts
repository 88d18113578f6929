import { paletteFor, type ColorPolicy, type Palette } from '../report/palette.ts';
import { progressReporter, type ProgressReporter } from './progress.ts';
import { writeError } from './standard-error.ts';
import { writeOut } from './standard-output.ts';
import { targetOf } from './stream-target.ts';

/** What every command is given: where to write, how to look, when to stop. */
export interface CliContext {
  readonly palette: Palette;
  readonly signal: AbortSignal;
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  readonly progress: ProgressReporter;
  /** Writes results; resolves when there is room for more, for bytes when they are written. What cannot be written is dropped, and ends the command. */
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
      targetOf('stdout') === 'terminal',
      Boolean(process.env['NO_COLOR']),
    ),
    signal,
    isJson: options.json === true,
    isQuiet,
    progress: progressReporter({
      isTerminal: targetOf('stderr') === 'terminal',
      wantsLog: options.progress === false,
      isQuiet,
    }),
    write: writeOut,
    note: (text) => {
      if (!isQuiet) writeError(`${text}\n`);
    },
    setExit: (code) => {
      process.exitCode = code;
    },
  };
}
