import { readV2Head } from '../../model/load-v2-stream.ts';
import { whyWithoutData } from '../why-without-data.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { SkippedStream } from './types.ts';

/** A stream that is not written, and what is lost with it: all that its backup.json declares, or the head of its V2 archive. */
export function skippedStream(archive: StreamArchive, reason: string): SkippedStream {
  const { account, name, manifest, parts, place } = archive;
  const head = manifest === null && parts.form === 'v2' ? readV2Head(parts, place) : null;
  const state = manifest?.state ?? head?.state ?? null;
  if (state === null || state.messages === 0n)
    return { account, name, reason, lost_messages: 0n, lost: { msgs: [], bytes: 0 } };
  const { messages, firstSeq, lastSeq, bytes } = state;
  const msgs: SkippedStream['lost']['msgs'] = firstSeq <= lastSeq ? [[firstSeq, lastSeq]] : [];
  return { account, name, reason, lost_messages: messages, lost: { msgs, bytes: Number(bytes) } };
}

/** One of which nothing but its configuration is there. */
export function withoutData(archive: StreamArchive): SkippedStream {
  return skippedStream(archive, whyWithoutData(archive.parts));
}
