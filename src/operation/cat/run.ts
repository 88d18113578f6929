import { MessageSieve } from '../filter/message-sieve.ts';
import type { MessageFilter } from '../filter/types.ts';
import type { DeleteNote } from '../delete-note.ts';
import { liveStoreFindings } from '../server/live-store.ts';
import { withArchive, type OpenArchiveOptions } from '../open/open-archive.ts';
import { streamsToRead } from '../twins/streams-to-read.ts';
import type { SelectOptions } from '../types.ts';
import { PieceRenderer } from './render-pieces.ts';
import { streamMessages, type TextOutput } from './stream-messages.ts';
import type { CatResult } from './types.ts';
import type { StoredMessage } from '../content/message-walk.ts';

/** Takes messages in lots, all of one stream; `streams`: how many were selected. */
type EmitFromStreams = (messages: readonly StoredMessage[], streams: number) => Promise<void> | void;

/** Takes messages as text, in order: most of them finished, the others to be written by the taker in the same way. */
export interface CatText {
  /** What a line begins with, up to the subject of its message; null: payloads only. `streams`: how many were selected. */
  start(stream: Pick<StoredMessage, 'account' | 'stream'>, streams: number): string | null;
  /** The bytes hold until the promise resolves. */
  text(bytes: Uint8Array): Promise<void>;
  readonly messages: EmitFromStreams;
}

/**
 * Gives out the live messages of an archive, stream by stream in sequence order, as far as they can be read; what cannot
 * is in `findings`, unless a range of sequences was asked for and is whole. A message's bytes are the caller's. Throws SourceError, UsageError, CancelledError.
 */
export async function catMessages(
  path: string,
  options: SelectOptions & MessageFilter,
  emit: EmitFromStreams,
): Promise<CatResult> {
  return catStreams(path, options, emit, null);
}

/** As `catMessages`, but blocks are turned into text where they are read, in threads. */
export async function catText(
  path: string,
  options: OpenArchiveOptions & MessageFilter,
  output: CatText,
): Promise<CatResult> {
  return catStreams(path, options, output.messages, output);
}

async function catStreams(
  path: string,
  options: OpenArchiveOptions & MessageFilter,
  emit: EmitFromStreams,
  output: CatText | null,
): Promise<CatResult> {
  const sieve = new MessageSieve(options);
  let messages = 0;
  let held = 0;
  return withArchive(path, options, async (work) => {
    const streams = work.selected.length;
    const emitCounted = (lot: readonly StoredMessage[]): Promise<void> | void => {
      messages += lot.length;
      return emit(lot, streams);
    };
    const renderer = new PieceRenderer(work.pool);
    const outputOf = (stream: Pick<StoredMessage, 'account' | 'stream'>): TextOutput | undefined => {
      if (output === null) return undefined;
      const start = output.start(stream, streams);
      return {
        start: start === null ? null : Buffer.from(start),
        renderer,
        text: async (bytes, count) => {
          messages += count;
          await output.text(bytes);
        },
      };
    };
    const findings = liveStoreFindings(work.container);
    const notes: DeleteNote[] = [];
    const { archives, leftOut } = streamsToRead(work);
    for (const archive of archives) {
      if (sieve.isDone) break;
      const { parts } = archive;
      const textOutput = outputOf({ account: archive.account, stream: archive.name });
      const stream = { archive, parts };
      const found = await streamMessages(stream, work, sieve, emitCounted, textOutput);
      held += found.held;
      for (const finding of found.ofSelection) findings.push(finding);
      notes.push(...found.notes);
    }
    return { messages, held, findings, notes, leftOut };
  });
}
