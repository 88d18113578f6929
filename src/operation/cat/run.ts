import type { Finding } from '../../findings/finding.ts';
import { MessageSieve } from '../filter/message-sieve.ts';
import type { MessageFilter } from '../filter/types.ts';
import { loadStream, withArchive } from '../open-archive.ts';
import type { SelectOptions } from '../types.ts';
import { streamMessages } from './stream-messages.ts';
import type { CatResult, StoredMessage } from './types.ts';

/** Takes messages in lots, all of one stream; `streams`: how many were selected. */
type EmitFromStreams = (messages: readonly StoredMessage[], streams: number) => Promise<void> | void;

/**
 * Gives out the live messages of an archive, stream by stream in sequence order, as far as they can be read; what cannot
 * is in `findings`. A message's bytes are the caller's. Throws SourceError, UsageError, CancelledError.
 */
export async function catMessages(
  path: string,
  options: SelectOptions & MessageFilter,
  emit: EmitFromStreams,
): Promise<CatResult> {
  const sieve = new MessageSieve(options);
  let messages = 0;
  return withArchive(path, options, async (work) => {
    const emitCounted = (lot: readonly StoredMessage[]): Promise<void> | void => {
      messages += lot.length;
      return emit(lot, work.selected.length);
    };
    const findings: Finding[] = [];
    for (const parts of work.selected) {
      if (sieve.isDone) break;
      const stream = { archive: loadStream(parts), parts };
      const found = await streamMessages(stream, work, sieve, emitCounted);
      for (const finding of found) findings.push(finding);
    }
    return { messages, findings };
  });
}
