import type { Lost } from '../types.ts';
import { readV2Head } from '../../model/load-v2-stream.ts';
import { whyWithoutData } from '../open/why-without-data.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';

/** One that is not there, and why. */
export interface SkippedStream {
  readonly account: string | null;
  readonly name: string;
  readonly reason: string;
  /** Messages that the archive declares of it, or that only it holds of two of one name: none of them is at the target. */
  readonly lost_messages: bigint;
  /** The sequences among which they were, and their bytes where backup.json declares them. */
  readonly lost: Lost;
}

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
