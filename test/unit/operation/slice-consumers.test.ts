import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ConsumerState } from '../../../src/format/consumer-state/types.ts';
import type { ConsumerArchive } from '../../../src/model/stream-archive.ts';
import { moveConsumer, sequencesOfConsumer } from '../../../src/operation/slice/consumers.ts';
import { KeptPositions } from '../../../src/operation/slice/kept-positions.ts';

const LAST = 40n;

/** A consumer of a stream of 40 sequences that has begun: floor, delivered, and some of what lies between unacknowledged. */
const states = fc
  .tuple(
    fc.bigInt(1n, LAST),
    fc.bigInt(0n, LAST),
    fc.subarray(sequences(1n, LAST)),
    fc.subarray(sequences(1n, LAST)),
  )
  .map(([delivered, floor, open, again]): ConsumerState => {
    const ackFloor = floor < delivered ? floor : delivered;
    const pending = open.filter((seq) => seq > ackFloor && seq <= delivered);
    const redelivered = again.filter((seq) => seq <= delivered);
    return {
      ackFloor: { consumerSeq: 3n, streamSeq: ackFloor },
      delivered: { consumerSeq: 50n, streamSeq: delivered },
      pending: {
        streamSeqs: BigUint64Array.from(pending),
        consumerSeqs: BigUint64Array.from(pending, (seq) => seq + 100n),
        deliveredTimesSec: BigInt64Array.from(pending, (seq) => seq + 1000n),
      },
      redelivered: {
        streamSeqs: BigUint64Array.from(redelivered),
        counts: BigUint64Array.from(redelivered, (seq) => seq + 7n),
      },
    };
  });

const kepts = fc.subarray(sequences(1n, LAST));

it('a consumer stands before and behind the same messages as it did', () => {
  fc.assert(
    fc.property(states, kepts, fc.bigInt(0n, 5n), fc.boolean(), (state, kept, behind, isRenumbered) => {
      const moved = move(state, kept, behind, isRenumbered);
      const { lastSeq, seqOf } = rangeOf(kept, behind, isRenumbered);
      for (const [place, was] of [
        [moved.ackFloor, state.ackFloor],
        [moved.delivered, state.delivered],
      ] as const) {
        expect(place.consumerSeq).toBe(was.consumerSeq);
        expect(place.streamSeq).toBeLessThanOrEqual(lastSeq);
        for (const seq of kept)
          expect(seqOf(seq) <= place.streamSeq, `${seq} at ${was.streamSeq}`).toBe(seq <= was.streamSeq);
      }
      expect(moved.ackFloor.streamSeq).toBeLessThanOrEqual(moved.delivered.streamSeq);
    }),
  );
});

it('what is pending or redelivered is what is left of it, under its new sequence', () => {
  fc.assert(
    fc.property(states, kepts, fc.boolean(), (state, kept, isRenumbered) => {
      const moved = move(state, kept, 0n, isRenumbered);
      const { seqOf } = rangeOf(kept, 0n, isRenumbered);
      const open = [...state.pending.streamSeqs].filter((seq) => kept.includes(seq));
      expect([...moved.pending.streamSeqs]).toEqual(open.map(seqOf));
      expect([...moved.pending.consumerSeqs]).toEqual(open.map((seq) => seq + 100n));
      expect([...moved.pending.deliveredTimesSec]).toEqual(open.map((seq) => seq + 1000n));
      const again = [...state.redelivered.streamSeqs].filter((seq) => kept.includes(seq));
      expect([...moved.redelivered.streamSeqs]).toEqual(again.map(seqOf));
      expect([...moved.redelivered.counts]).toEqual(again.map((seq) => seq + 7n));
    }),
  );
});

it('one that has not begun stays so, and starts at the same message', () => {
  const none = { consumerSeq: 0n, streamSeq: 0n };
  const state: ConsumerState = { ...stateAt(0n), ackFloor: none, delivered: none };
  expect(move(state, [5n, 9n], 0n, false)).toEqual(state);
  const consumer = { ...consumerWith(state), config: { opt_start_seq: 7 } };
  const range = { firstSeq: 1n, lastSeq: 2n, isRenumbered: true, positions: positionsOf(consumer, [5n, 9n]) };
  expect(moveConsumer(consumer, range).config).toEqual({ opt_start_seq: 2n });
  expect(moveConsumer(consumer, { ...range, isRenumbered: false }).config).toEqual({ opt_start_seq: 7 });
});

function move(
  state: ConsumerState,
  kept: readonly bigint[],
  behind: bigint,
  isRenumbered: boolean,
): ConsumerState {
  const consumer = consumerWith(state);
  const { firstSeq, lastSeq } = rangeOf(kept, behind, isRenumbered);
  const range = { firstSeq, lastSeq, isRenumbered, positions: positionsOf(consumer, kept) };
  return moveConsumer(consumer, range).state as ConsumerState;
}

/** The stream that is left: it ends at its last message, or some deleted sequences behind it. */
function rangeOf(
  kept: readonly bigint[],
  behind: bigint,
  isRenumbered: boolean,
): { firstSeq: bigint; lastSeq: bigint; seqOf: (seq: bigint) => bigint } {
  if (isRenumbered)
    return {
      firstSeq: kept.length === 0 ? 0n : 1n,
      lastSeq: BigInt(kept.length),
      seqOf: (seq) => BigInt(kept.indexOf(seq) + 1),
    };
  const lastSeq = (kept.at(-1) ?? 0n) + behind;
  return { firstSeq: kept[0] ?? (lastSeq === 0n ? 0n : lastSeq + 1n), lastSeq, seqOf: (seq) => seq };
}

function positionsOf(consumer: ConsumerArchive, kept: readonly bigint[]): KeptPositions {
  const positions = new KeptPositions(sequencesOfConsumer(consumer));
  for (const seq of kept) positions.keep(seq);
  return positions;
}

function consumerWith(state: ConsumerState): ConsumerArchive {
  return { name: 'C', label: 'obs/C', created: null, config: {}, state };
}

function stateAt(seq: bigint): ConsumerState {
  const position = { consumerSeq: seq, streamSeq: seq };
  const none = new BigUint64Array(0);
  return {
    ackFloor: position,
    delivered: position,
    pending: { streamSeqs: none, consumerSeqs: none, deliveredTimesSec: new BigInt64Array(0) },
    redelivered: { streamSeqs: none, counts: none },
  };
}

function sequences(from: bigint, to: bigint): bigint[] {
  return Array.from({ length: Number(to - from) + 1 }, (_, i) => from + BigInt(i));
}
