import type { StateNumbers } from '../../model/stream-state.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { integerField } from '../../core/json.ts';
import { MAX_SEQUENCE } from '../../core/sequence-ranges.ts';
import { lostWithin, NOTHING_BEFORE } from '../../model/lost-before.ts';
import type { WritableMessage } from '../../writer/writable-message.ts';
import { MessageSieve } from '../filter/message-sieve.ts';
import type { MessageFilter } from '../filter/types.ts';
import { pause } from '../../core/pause.ts';
import { MessageTotals } from '../write/message-totals.ts';
import type { StreamContent } from '../content/content.ts';
import type { ArchivedContent } from '../write/stream-content.ts';
import { sequencesOfConsumer } from './consumers.ts';
import { CutFinder, type StreamTail } from './cut.ts';
import { KeptPositions } from './kept-positions.ts';

/** A stream that is cut, before it is written. */
export interface SlicedContent {
  /** Its walk only serves writing: it gives no message out. */
  readonly content: StreamContent;
  /** Where the consumers' sequences lie among the messages that are kept. */
  readonly positions: KeptPositions;
}

/** How a stream is cut. */
export interface SlicePlan {
  readonly filter: MessageFilter;
  readonly isRenumbered: boolean;
  readonly signal: AbortSignal | undefined;
}

/** The messages of a stream that pass a filter, as a stream of their own. Reads them once. Throws CancelledError. */
export async function slicedContent(
  archive: StreamArchive,
  whole: ArchivedContent,
  plan: SlicePlan,
): Promise<SlicedContent> {
  const { filter, isRenumbered, signal } = plan;
  const totals = new MessageTotals();
  const positions = new KeptPositions(archive.consumers.flatMap((one) => [...sequencesOfConsumer(one)]));
  const cut = new CutFinder(filter, whole.state);
  const sieve = await countedSieve(whole, plan);
  await whole.walk(CutFinder.cuts(filter) ? sieveUpToCut(filter) : sieve)(
    (message) => {
      cut.look(message);
      if (!sieve.passes(message)) return false;
      totals.add(message);
      positions.keep(message.seq);
      return false;
    },
    async () => pause(signal),
  );
  const tail = cut.tail(lowestEnd(archive, whole.state));
  return {
    positions,
    content: {
      state: isRenumbered ? renumberedState(totals) : keptState(totals, tail),
      messages: async (wants, give) => {
        const again = await countedSieve(whole, plan);
        let nextSeq = 1n;
        await whole.walk(again)((message) => {
          if (again.passes(message)) wants(isRenumbered ? numbered(message, nextSeq++) : message);
          return false;
        }, give);
      },
      ...lossWithin(filter, whole),
      lostBefore: lostWithin(
        whole.lostBefore ?? NOTHING_BEFORE,
        filter.minSeq ?? 0n,
        filter.maxSeq ?? MAX_SEQUENCE,
      ),
      findings: whole.findings,
      notes: whole.notes ?? [],
    },
  };
}

/** A sieve that has counted what it must know beforehand. */
async function countedSieve(whole: ArchivedContent, { filter, signal }: SlicePlan): Promise<MessageSieve> {
  const sieve = new MessageSieve(filter);
  sieve.beginStream();
  if (sieve.countsFirst)
    await whole.walk(sieve)(
      (message) => {
        sieve.count(message);
        return false;
      },
      async () => pause(signal),
    );
  return sieve;
}

/** Where the stream ends may be told by messages that do not pass. */
function sieveUpToCut({ maxSeq, beforeNs }: MessageFilter): MessageSieve {
  return new MessageSieve(maxSeq === undefined || beforeNs !== undefined ? {} : { maxSeq });
}

/** A stream whose configuration lets it begin at N has never ended before N - 1. */
function lowestEnd({ config }: StreamArchive, { lastSeq }: StateNumbers): bigint {
  const first = config === null ? null : integerField(config, 'first_seq');
  if (first === null || first < 1n) return 0n;
  return first - 1n < lastSeq ? first - 1n : lastSeq;
}

function keptState(totals: MessageTotals, tail: StreamTail): StateNumbers {
  const emptyFirst = tail.seq === 0n ? 0n : tail.seq + 1n;
  return {
    messages: BigInt(totals.messages),
    bytes: BigInt(totals.bytes),
    firstSeq: totals.first?.seq ?? emptyFirst,
    firstTimeNs: totals.first?.timeNs ?? 0n,
    lastSeq: tail.seq,
    lastTimeNs: tail.timeNs,
    numSubjects: totals.numSubjects,
    deleted: null,
  };
}

function renumberedState(totals: MessageTotals): StateNumbers {
  return {
    messages: BigInt(totals.messages),
    bytes: BigInt(totals.bytes),
    firstSeq: totals.messages === 0 ? 0n : 1n,
    firstTimeNs: totals.first?.timeNs ?? 0n,
    lastSeq: BigInt(totals.messages),
    lastTimeNs: totals.last?.timeNs ?? 0n,
    numSubjects: totals.numSubjects,
    deleted: null,
  };
}

/** A message may compute its fields when they are asked for; a copy has them. */
function numbered<M extends WritableMessage>(message: M, seq: bigint): M {
  const { timeNs, subject, header, data } = message;
  return { ...message, seq, timeNs, subject, header, data };
}

/**
 * What was lost among the sequences that are asked for. Where fewer messages are lost than sequences, not more than these; of
 * their bytes only whether there are any is told apart.
 */
function lossWithin(
  filter: MessageFilter,
  { lost, lossCount }: StreamContent,
): Pick<StreamContent, 'lost' | 'lossCount'> {
  const { minSeq, maxSeq } = filter;
  const msgs = lost.msgs.flatMap(([from, to]): (readonly [bigint, bigint])[] => {
    const first = minSeq !== undefined && minSeq > from ? minSeq : from;
    const last = maxSeq !== undefined && maxSeq < to ? maxSeq : to;
    return first <= last ? [[first, last]] : [];
  });
  const within = { msgs, bytes: msgs.length === 0 ? 0 : lost.bytes };
  if (lossCount === undefined) return { lost: within };
  const most = sequencesIn(msgs);
  const atMost = (count: bigint): bigint => (count < most ? count : most);
  // Those of which nothing tells where they were may have been anywhere.
  const anywhere = lossCount.messages - sequencesIn(lost.msgs);
  const more = anywhere > 0n ? anywhere : 0n;
  return {
    lost: within,
    lossCount: {
      messages: atMost(lossCount.messages - more) + more,
      repairable: atMost(lossCount.repairable),
      doubtful: atMost(lossCount.doubtful - more) + more,
    },
  };
}

function sequencesIn(msgs: StreamContent['lost']['msgs']): bigint {
  return msgs.reduce((sum, [from, to]) => sum + to - from + 1n, 0n);
}
