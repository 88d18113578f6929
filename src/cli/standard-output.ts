import { writeSync } from 'node:fs';
import { targetOf, type StreamTarget } from './stream-target.ts';

type OnBroken = (error: NodeJS.ErrnoException) => void;

let stream: NodeJS.WriteStream | undefined;
let onBroken: OnBroken = () => {};
let target: StreamTarget | undefined;

/** The stream of standard output. It is loaded by being asked for. */
export function outputStream(): NodeJS.WriteStream {
  if (stream === undefined) {
    stream = process.stdout;
    stream.on('error', (error: NodeJS.ErrnoException) => onBroken(error));
  }
  return stream;
}

/** Is told when standard output cannot be written to. */
export function whenOutputBreaks(told: OnBroken): void {
  onBroken = told;
}

export function isOutputGone(): boolean {
  return stream?.destroyed === true;
}

/** Writes results; resolves when there is room for more, for bytes when they are written. A reader that is gone ends the output quietly. */
export async function writeOut(text: string | Uint8Array): Promise<void> {
  const rest = typeof text === 'string' && stream === undefined ? restOf(text) : text;
  if (rest.length === 0) return;
  const output = outputStream();
  if (output.writableEnded || output.destroyed) return;
  // Bytes may be memory that is used again: only the callback tells that they are written. It comes for errors too.
  if (typeof rest !== 'string')
    return new Promise((resolve) => {
      output.write(rest, () => resolve());
    });
  if (output.write(rest)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      output.off('drain', done);
      output.off('close', done);
      output.off('error', done);
      resolve();
    };
    output.on('drain', done);
    output.on('close', done);
    output.on('error', done);
  });
}

/** Writes text past the stream where that comes to the same; gives what the stream is left to write, and to judge. */
function restOf(text: string): string | Uint8Array {
  target ??= targetOf('stdout');
  if (target !== 'file') return text;
  const bytes = Buffer.from(text);
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(1, bytes, written);
  } catch {
    // A pipe that is full or has no reader.
  }
  return bytes.subarray(written);
}
