import fc from 'fast-check';
import { expect, it } from 'vitest';
import { unionOf } from '../../../src/core/loose-ranges.ts';
import { countSequences, eachRange, eachSequence, rangesOf } from '../../../src/core/sequence-ranges.ts';
import { lossFields } from '../../../src/operation/loss/loss-fields.ts';

type Pairs = (readonly [bigint, bigint])[];

const pairs = fc
  .array(fc.bigInt({ min: 1n, max: 60n }), { maxLength: 30 })
  .map((seqs): Pairs => [...eachRange(rangesOf(BigUint64Array.from(seqs)))]);

function sequencesOf(...lists: Pairs[]): bigint[] {
  const all = lists.flat().flatMap(([from, to]) => [...eachSequence(BigUint64Array.of(from, to))]);
  return [...new Set(all)].toSorted((a, b) => (a < b ? -1 : 1));
}

it('doubtful losses are among the others, and counted apart', () => {
  fc.assert(
    fc.property(pairs, pairs, pairs, (msgs, ofNumbers, ofConsumers) => {
      const suspected = { BLK_NUMBER_MISSING: ofNumbers, CON_AHEAD_OF_STREAM: ofConsumers };
      const doubtful = countSequences(unionOf([ofNumbers, ofConsumers]));
      expect(doubtful).toBe(BigInt(sequencesOf(ofNumbers, ofConsumers).length));
      const losses = { lost: { msgs, bytes: 7 }, messages: 3n, repairable: 2n, suspected, doubtful };
      const fields = lossFields(losses);
      expect(fields).toEqual({
        lost: {
          msgs: [...eachRange(rangesOf(BigUint64Array.from(sequencesOf(msgs, ofNumbers, ofConsumers))))],
          bytes: 7,
        },
        lost_messages: 3n + doubtful,
        repairable_messages: 2n,
        doubtful_messages: doubtful,
      });
    }),
  );
});

it('as many losses as there may be are taken as they are where nothing is doubtful', () => {
  const msgs = Array.from({ length: 100_000 }, (_, i) => [BigInt(3 * i + 1), BigInt(3 * i + 2)] as const);
  const suspected = { BLK_NUMBER_MISSING: [], CON_AHEAD_OF_STREAM: [] };
  const losses = { lost: { msgs, bytes: 0 }, messages: 200_000n, repairable: 0n, suspected, doubtful: 0n };
  const { lost } = lossFields(losses);
  expect(lost.msgs).toBe(msgs);
});
