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
import { v2FramingFindings } from '../v2-messages.ts';
import type { PieceRenderer } from './render-pieces.ts';
import { walkBlocks, walkPiece } from './walk-blocks.ts';
import { walkV2 } from './walk-v2.ts';
import type { StoredMessage } from './types.ts';

/** Takes messages in lots; the walk waits until a lot is done with. */
export type EmitMessages = (messages: readonly StoredMessage[]) => Promise<void> | void;

/** Behind a stream of this size the memory of idle threads is worth more than the time to start them again. */
const LARGE_STREAM_BYTES = 150 * 1024 * 1024;

/** Whether a message is to be given out. Its bytes hold during the call only. */
export type WantsMessage = (message: StoredMessage) => boolean;

/** Called now and then with the messages that were wanted since, also with none. */
export type GiveMessages = (lot: readonly StoredMessage[]) => Promise<void>;

/** One pass over the live messages of a stream, in sequence order. */
export type MessageWalk = (wants: WantsMessage, give: GiveMessages) => Promise<void>;

/** Takes finished text where messages can be had as that. */
export interface TextOutput {
  /** What a line begins with, up to the subject; null: payloads only. */
  readonly start: Uint8Array | null;
  readonly renderer: PieceRenderer;
  text(bytes: Uint8Array, messages: number): Promise<void>;
}

/**
 * Gives out the messages of one stream that pass, in sequence order, as far as they can be read. What cannot is in the
 * findings, with all that the container and the small files gave. A message's bytes are the taker's; it keeps those of
 * its neighbours in memory too, so what is to stay for long is better copied. Where an `output` is given most come there, as
 * text. Throws SourceError, CancelledError.
 */
export async function streamMessages(
  stream: { readonly archive: StreamArchive; readonly parts: StreamParts },
  work: Archive,
  sieve: MessageSieve,
  emit: EmitMessages,
  output?: TextOutput,
): Promise<Finding[]> {
  const { archive, parts } = stream;
  const found = (): Finding[] => [...placed(parts.findings, archive.place), ...archive.findings];
  if (parts.form === 'v2') {
    const walk = walkV2(archive, parts, sieve);
    await sift(walk.messages, work, sieve, emit);
    return [...found(), ...walk.findings(), ...v2FramingFindings(archive, parts)];
  }
  if (archive.encrypted !== null) return found();
  const filter = output === undefined ? null : sieve.recordFilter;
  const wanted = { wantSubjects: false, pending: [], wantsCuts: filter !== null };
  const evidence = await gatherEvidence(archive, work, wanted);
  if (output !== undefined && filter !== null) {
    const { sets, results } = evidence;
    await output.renderer.render({ archive, sets, results, start: output.start }, sieve, filter, {
      text: async (bytes, messages) => {
        stopIfAborted(work);
        await output.text(bytes, messages);
      },
      piece: async (piece) => sift(walkPiece(archive, piece, sieve), work, sieve, emit),
    });
  } else {
    if (parts.sizeBytes >= LARGE_STREAM_BYTES) await work.pool.close();
    await sift(walkBlocks(archive, evidence.sets, sieve), work, sieve, emit);
  }
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
  const countOnly: WantsMessage = (message) => {
    sieve.count(message);
    return false;
  };
  if (sieve.countsFirst)
    await walk(countOnly, async () => {
      await new Promise(setImmediate);
      stopIfAborted(work);
    });
  await walk(
    (message) => sieve.passes(message),
    async (lot) => {
      stopIfAborted(work);
      if (lot.length > 0) await emit(lot);
    },
  );
}

function stopIfAborted(work: Archive): void {
  if (work.signal?.aborted === true) throw new CancelledError('cancelled');
}
