import { writeSync } from 'node:fs';
import { VERSION } from '../core/version.ts';

/**
 * The whole command. Gives whether all was written, so that nothing is lost if the process ends. Whoever asks
 * for `--version` or `--help` waits for nothing but the start: no other module is loaded for them.
 */
export async function main(args: readonly string[]): Promise<boolean> {
  if (args.length === 1 && args[0] === '--version') return say(VERSION, args);
  if (args.length <= 2 && args.at(-1) === '--help') {
    const { quickHelp } = await import('./quick-help.ts');
    const text = quickHelp(args.length === 1 ? '' : (args[0] ?? ''));
    if (text !== null) return say(text, args);
  }
  const { runCommandLine } = await import('./command-line.ts');
  return runCommandLine(args, (code) => process.exit(code));
}

/** Writes text without loading the streams of standard output, which takes longer than all else. */
async function say(text: string, args: readonly string[]): Promise<boolean> {
  const bytes = Buffer.from(`${text}\n`);
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(1, bytes, written);
  } catch {
    const { answer } = await import('./command-line.ts');
    return answer(bytes.subarray(written), args);
  }
  return true;
}
