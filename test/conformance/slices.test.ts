import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect } from 'vitest';
import type { MessageFilter } from '../../src/operation/filter/types.ts';
import { inspectArchive } from '../../src/operation/inspect/run.ts';
import { sliceArchive } from '../../src/operation/slice/run.ts';
import type { StreamState } from '../../src/operation/types.ts';
import type { OutputForm } from '../../src/operation/write/types.ts';
import { testEachForm } from '../support/each-form.ts';
import { tempFolder } from '../support/damage.ts';
import { expected, filters, knownMessages, type Known } from '../support/message-filters.ts';
import { onlyStream, truthMessage } from '../support/truth-comparison.ts';
import { storedMessages } from '../support/message-list.ts';

const STREAMS = ['ORDERS', 'KV_settings', 'EDGE', 'PERSUB', 'HUGESEQ', 'HEADBLOCKS', 'WORKQ', 'COMPRESSED'];
const FORMS: readonly OutputForm[] = ['v1', 'v2', 'tgz', 'store'];

let compared = 0;
afterAll(() => console.log(`slices compared with plain filtering: ${compared}`));

testEachForm(
  (name) => STREAMS.includes(name),
  async ({ path, stream }) => {
    const folder = tempFolder();
    const all = await knownMessages(path, stream);
    const whole = onlyStream(await inspectArchive(path, { deep: true }));
    const isConfigured = whole.config !== null;
    const to = isConfigured ? fc.constantFrom(...FORMS) : fc.constant('v1' as const);
    await fc.assert(
      fc.asyncProperty(filters(all), to, fc.boolean(), async (filter, form, renumber) => {
        if (!isRange(filter)) return;
        const target = join(folder, String(compared++));
        await sliceArchive(path, { ...filter, target, to: form, renumber });
        const kept = expected(all, filter);
        const read = await storedMessages(target);
        const bySeq = new Map((stream.messages ?? []).map((message) => [BigInt(message.seq), message]));
        expect(read.map(truthMessage)).toEqual(
          kept.map((seq, i) => ({ ...bySeq.get(seq), ...(renumber ? { seq: i + 1 } : {}) })),
        );
        const slice = onlyStream(await inspectArchive(target, { deep: true }));
        const state = slice.state as StreamState;
        expect(rangeOf(state)).toEqual(
          renumber
            ? expectedRange(
                kept.map((_, i) => BigInt(i + 1)),
                BigInt(kept.length),
              )
            : expectedRange(kept, endOf(all, filter, whole.state as StreamState)),
        );
        for (const { delivered, ack_floor } of slice.consumers) {
          expect(delivered?.stream_seq ?? 0n).toBeLessThanOrEqual(state.last_seq);
          expect(ack_floor?.stream_seq ?? 0n).toBeLessThanOrEqual(delivered?.stream_seq ?? 0n);
        }
      }),
      { numRuns: 8 },
    );
  },
);

function isRange({ minSeq, maxSeq, afterNs, beforeNs }: MessageFilter): boolean {
  return !(
    (minSeq !== undefined && maxSeq !== undefined && minSeq > maxSeq) ||
    (afterNs !== undefined && beforeNs !== undefined && afterNs > beforeNs)
  );
}

/** The last sequence, as a server had it when the cut was the newest. */
function endOf(all: readonly Known[], { maxSeq, beforeNs }: MessageFilter, whole: StreamState): bigint {
  const last = all.at(-1);
  const ends = [whole.last_seq];
  if (maxSeq !== undefined) ends.push(maxSeq);
  if (beforeNs !== undefined && last !== undefined && last.timeNs > beforeNs)
    ends.push(all.findLast(({ timeNs }) => timeNs <= beforeNs)?.seq ?? 0n);
  return ends.reduce((least, end) => (end < least ? end : least));
}

function expectedRange(kept: readonly bigint[], lastSeq: bigint): object {
  const messages = BigInt(kept.length);
  const first = kept[0] ?? (lastSeq === 0n ? 0n : lastSeq + 1n);
  return { messages, first, last: lastSeq, deleted: lastSeq === 0n ? 0n : lastSeq - first + 1n - messages };
}

function rangeOf({ messages, first_seq, last_seq, num_deleted }: StreamState): object {
  const isUnused = last_seq === 0n;
  return {
    messages: BigInt(messages),
    first: first_seq,
    last: last_seq,
    deleted: isUnused ? 0n : BigInt(num_deleted ?? -1),
  };
}
