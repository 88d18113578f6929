import { checkBlockRecords } from '../../check/block-records.ts';
import { checkBlockFiles } from '../../check/block-files.ts';
import { checkIndexAgainstBlocks } from '../../check/index-vs-blocks.ts';
import type { StreamParts } from '../../container/entry.ts';
import { CancelledError } from '../../core/error.ts';
import type { Finding } from '../../findings/finding.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { MessageSieve } from '../filter/message-sieve.ts';
import { placed, type Archive } from '../open-archive.ts';
import { gatherEvidence } from '../stream-evidence.ts';
import { walkBlocks } from './walk-blocks.ts';
import { walkV2 } from './walk-v2.ts';
import type { StoredMessage } from './types.ts';

/** Takes messages in lots; the walk waits until a lot is done with. */
export type EmitMessages = (messages: readonly StoredMessage[]) => Promise<void> | void;

/** Behind a stream of this size the memory of idle threads is worth more than the time to start them again. */
const LARGE_STREAM_BYTES = 150 * 1024 * 1024;

/** One pass over the live messages of a stream, in sequence order; `pause` is awaited now and then. */
export type MessageWalk = (
  visit: (message: StoredMessage) => void,
  pause: () => Promise<void>,
) => Promise<void>;

/**
 * Gives out the messages of one stream that pass, in sequence order, as far as they can be read. What cannot is in the
 * findings, with all that the container and the small files gave. A message's bytes are the taker's.
 * Throws SourceError, CancelledError.
 */
export async function streamMessages(
  stream: { readonly archive: StreamArchive; readonly parts: StreamParts },
  work: Archive,
  sieve: MessageSieve,
  emit: EmitMessages,
): Promise<Finding[]> {
  const { archive, parts } = stream;
  const found = (): Finding[] => [...placed(parts.findings, archive.place), ...archive.findings];
  if (parts.form === 'v2') {
    const walk = walkV2(archive, parts, sieve);
    await sift(walk.messages, work, sieve, emit);
    return [...found(), ...walk.findings()];
  }
  if (archive.encrypted !== null) return found();
  const evidence = await gatherEvidence(archive, work, { wantSubjects: false, pending: [] });
  if (parts.sizeBytes >= LARGE_STREAM_BYTES) await work.pool.close();
  await sift(walkBlocks(archive, evidence.sets, sieve), work, sieve, emit);
  const checks = [checkBlockRecords, checkBlockFiles, checkIndexAgainstBlocks];
  return [...found(), ...evidence.scan.findings, ...checks.flatMap((check) => check(evidence))];
}

async function sift(
  walk: MessageWalk,
  work: Archive,
  sieve: MessageSieve,
  emit: EmitMessages,
): Promise<void> {
  sieve.beginStream();
  if (sieve.countsFirst)
    await walk(
      (message) => sieve.count(message),
      async () => {
        await new Promise(setImmediate);
        stopIfAborted(work);
      },
    );
  let lot: StoredMessage[] = [];
  const giveOut = async (): Promise<void> => {
    stopIfAborted(work);
    const ready = lot;
    lot = [];
    if (ready.length > 0) await emit(ready);
  };
  await walk((message) => {
    if (sieve.passes(message)) lot.push(message);
  }, giveOut);
  await giveOut();
}

function stopIfAborted(work: Archive): void {
  if (work.signal?.aborted === true) throw new CancelledError('cancelled');
}
