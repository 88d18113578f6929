import { UsageError } from '../../core/error.ts';
import { streamMessages } from '../cat/stream-messages.ts';
import type { CatResult } from '../cat/types.ts';
import { MessageSieve } from '../filter/message-sieve.ts';
import type { MessageFilter } from '../filter/types.ts';
import type { DeleteNote } from '../delete-note.ts';
import { liveStoreFindings } from '../server/live-store.ts';
import { withArchive } from '../open/open-archive.ts';
import { streamsToRead } from '../twins/streams-to-read.ts';
import type { SelectOptions } from '../types.ts';
import { BUCKET_PREFIX, kvEntry } from './entry.ts';
import type { KvEntry, KvOptions } from './types.ts';

/**
 * Gives out the keys of the KV buckets of an archive, each with its newest revision among those that pass `beforeNs` and
 * the other filters, in order of revision. Throws SourceError, CancelledError, UsageError where there is no bucket.
 */
export async function catKeyValues(
  path: string,
  options: SelectOptions & MessageFilter & KvOptions,
  emit: (entries: readonly KvEntry[]) => Promise<void>,
): Promise<CatResult> {
  const sieve = new MessageSieve(kvFilter(options));
  return withArchive(path, options, async (work) => {
    const findings = liveStoreFindings(work.container);
    const notes: DeleteNote[] = [];
    let messages = 0;
    let held = 0;
    let buckets = 0;
    const { archives, leftOut } = streamsToRead(work);
    for (const archive of archives) {
      if (!archive.name.startsWith(BUCKET_PREFIX)) continue;
      buckets++;
      const found = await streamMessages({ archive, parts: archive.parts }, work, sieve, async (lot) => {
        messages += lot.length;
        await emit(lot.map(kvEntry));
      });
      held += found.held;
      for (const finding of found.findings) findings.push(finding);
      notes.push(...found.notes);
    }
    if (buckets === 0)
      throw new UsageError(`no KV bucket (a stream ${BUCKET_PREFIX}…) is selected in ${path}`);
    return { messages, held, findings, notes, leftOut };
  });
}

function kvFilter(options: MessageFilter & KvOptions): MessageFilter {
  const { history, subjects = ['$KV.*.>'], ...filter } = options;
  if (history === true) return { ...filter, subjects };
  // They would pass over a newest revision and show an older one as if it were the value.
  if (filter.grep !== undefined || filter.headers !== undefined || filter.lastPerSubject !== undefined)
    throw new UsageError('grep, header and last-per-subject choose among revisions: they need the history');
  return { ...filter, subjects, lastPerSubject: 1 };
}
