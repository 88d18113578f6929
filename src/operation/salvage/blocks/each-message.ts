import { createHash } from 'node:crypto';
import { pause } from '../../../core/pause.ts';
import { RisingParts, type SequenceParts } from '../../../core/sequence-parts.ts';
import { formatTimeNs } from '../../../core/time.ts';
import { isSameMessage, NO_BYTES, type MessageRun, type RunMessage } from './message-run.ts';
import { RunMerge, type MessageCopy } from './merge-runs.ts';
import type { Disagreement } from '../types.ts';

/** What a repair has to choose from. */
export interface SurveyOptions {
  readonly runs: () => readonly MessageRun[];
  /** Sequences that are not to be written. */
  readonly excluded: SequenceParts;
  /** The source that is believed where intact copies differ; undefined: none. */
  readonly prefer: number | undefined;
  readonly signal: AbortSignal | undefined;
}

const TURN_BYTES = 4 * 1024 * 1024;

/** Gives each message that is not excluded once, in sequence order; its bytes hold during the call. It ends where it `isDone`. */
export async function eachMessage(
  options: SurveyOptions,
  take: (message: RunMessage, disagreement: Disagreement | null, source: number) => void,
  give?: () => Promise<void>,
  isDone?: () => boolean,
): Promise<void> {
  const merge = new RunMerge(options.runs());
  const excluded = new RisingParts(options.excluded);
  let bytes = 0;
  try {
    for (let copies = merge.next(); copies !== null; copies = merge.next()) {
      const [first] = copies;
      if (first === undefined) continue;
      bytes += copies.length * (64 + first.message.storedBytes);
      if (!excluded.has(first.message.seq)) {
        const disagreement = copies.length === 1 ? null : compare(copies, options.prefer);
        const chosen = disagreement?.chosen ?? first.source;
        const copy = disagreement === null ? first : copies.find(({ source }) => source === chosen);
        const { message, source } = copy ?? first;
        take(message, disagreement, source);
        if (isDone?.() === true) break;
      }
      if (bytes < TURN_BYTES) continue;
      bytes = 0;
      await give?.();
      await pause(options.signal);
    }
  } finally {
    merge.close();
  }
}

/** null where all copies are the same. */
function compare(copies: readonly MessageCopy[], prefer: number | undefined): Disagreement | null {
  const [first, ...others] = copies;
  if (first === undefined || others.every(({ message }) => isSameMessage(message, first.message)))
    return null;
  const isThere = prefer !== undefined && copies.filter(({ source }) => source === prefer).length === 1;
  return {
    seq: first.message.seq,
    chosen: isThere ? prefer : mostEqual(copies),
    copies: copies.map(({ source, message }) => ({
      source,
      time: formatTimeNs(message.timeNs),
      subject: Buffer.from(message.subject).toString('utf8'),
      header_bytes: message.header?.length ?? 0,
      data_bytes: message.data.length,
      sha256: createHash('sha256')
        .update(message.header ?? '')
        .update(message.data)
        .digest('hex'),
    })),
  };
}

/**
 * The lengths of subject and header are outside the checksum. Where copies hold the same bytes and differ in those
 * lengths alone, one was damaged there: more than half of the copies are believed. null where that does not tell.
 */
function mostEqual(copies: readonly MessageCopy[]): number | null {
  const whole = ({ message: { timeNs, subject, header, data } }: MessageCopy): Buffer =>
    Buffer.concat([Buffer.from(`${timeNs} `), subject, header ?? NO_BYTES, data]);
  const [first, ...others] = copies.map(whole);
  if (first === undefined || !others.every((other) => other.equals(first))) return null;
  const leader = copies.find(
    ({ message }) => copies.filter((copy) => isSameMessage(copy.message, message)).length * 2 > copies.length,
  );
  return leader?.source ?? null;
}
