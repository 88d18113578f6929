import { writeSync } from 'node:fs';
import { targetOf, type StreamTarget } from './stream-target.ts';

type OnBroken = (error: NodeJS.ErrnoException) => void;

let stream: NodeJS.WriteStream | undefined;
let failure: NodeJS.ErrnoException | undefined;
let onBroken: OnBroken = () => {};
let target: StreamTarget | undefined;

/** The stream of standard output. It is loaded by being asked for. */
export function outputStream(): NodeJS.WriteStream {
  if (stream === undefined) {
    stream = process.stdout;
    stream.on('error', broke);
  }
  return stream;
}

/** Is told the first reason for which standard output cannot be written to, at once where there is one already. */
export function whenOutputBreaks(told: OnBroken): void {
  onBroken = told;
  if (failure !== undefined) told(failure);
}

export function isOutputBroken(): boolean {
  return failure !== undefined;
}

/** Whether all went past the stream, which may hold some of what it is given. */
export function isOutputWritten(): boolean {
  return stream === undefined;
}

function broke(error: NodeJS.ErrnoException): void {
  if (failure !== undefined) return;
  failure = error;
  onBroken(error);
}

/**
 * Writes results; resolves when there is room for more, for bytes when they are written. What cannot be written is dropped, and
 * the one who asked `whenOutputBreaks` is told.
 */
export async function writeOut(text: string | Uint8Array): Promise<void> {
  if (isOutputBroken()) return;
  const rest = restOf(text);
  if (rest.length === 0) return;
  const output = outputStream();
  if (output.writableEnded || output.destroyed) return;
  // Bytes may be memory that is used again: only the callback tells that they are written. It comes for errors too.
  if (typeof rest !== 'string')
    return new Promise((resolve) => {
      output.write(rest, (error) => {
        if (error) broke(error);
        resolve();
      });
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

/**
 * Writes past the stream where that comes to the same; gives what the stream is left to write, and to judge. A file is never
 * left to it: on a disk that is full the stream takes the part of a write that had room for the whole.
 */
function restOf(text: string | Uint8Array): string | Uint8Array {
  target ??= targetOf('stdout');
  const isDirect =
    target === 'file' || (target === 'pipe' && stream === undefined && typeof text === 'string');
  if (!isDirect) return text;
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(1, bytes, written);
  } catch (error) {
    // A pipe that is full or has no reader.
    if (target === 'pipe') return bytes.subarray(written);
    broke(error as NodeJS.ErrnoException);
    return '';
  }
  return '';
}
