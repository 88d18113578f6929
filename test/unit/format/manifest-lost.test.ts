import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NO_SEQUENCES, rangesOf, type SequenceRanges } from '../../../src/core/sequence-ranges.ts';
import { parseManifest } from '../../../src/format/manifest/parse.ts';
import type { ManifestState } from '../../../src/format/manifest/types.ts';
import { writeManifest } from '../../../src/format/manifest/write.ts';

const STATE: ManifestState = {
  messages: 0n,
  bytes: 0n,
  firstSeq: 0n,
  firstTime: null,
  lastSeq: 0n,
  lastTime: null,
  numSubjects: null,
  numDeleted: null,
  consumerCount: 0,
};

function lostAgain(lost: SequenceRanges): SequenceRanges {
  const parsed = parseManifest(writeManifest({ name: 'A' }, { ...STATE, lost }));
  return parsed.ok ? (parsed.value.state?.lost ?? NO_SEQUENCES) : NO_SEQUENCES;
}

it('what was lost is read as it was written', () => {
  fc.assert(
    fc.property(fc.array(fc.bigInt(0n, (1n << 62n) - 1n)), (seqs) => {
      const lost = rangesOf(BigUint64Array.from(seqs));
      expect(lostAgain(lost)).toEqual(lost);
    }),
  );
});

it('also of more than a list can hold', () => {
  const lost = BigUint64Array.of(1n, 100_000n, 200_000n, 200_000n, 300_000n, 1n << 60n);
  expect(lostAgain(lost)).toEqual(lost);
});

it('what is no pair is passed over', () => {
  const state = { lost: { msgs: [7, -1, '8', 1e300] } };
  const lost = { ranges: [[3, 2], [1], 'x', [20, 30], [9, 'y'], [10, 12]] };
  const parsed = parseManifest(Buffer.from(JSON.stringify({ config: { name: 'A' }, state, lost })));
  expect(parsed).toMatchObject({
    ok: true,
    value: { state: { lost: BigUint64Array.of(7n, 7n, 10n, 12n, 20n, 30n) } },
  });
});

it('a state has no field that servers do not know', () => {
  const lost = BigUint64Array.of(1n, 100_000n, 200_000n, 200_000n);
  for (const state of [
    { ...STATE, lost },
    { ...STATE, lost: BigUint64Array.of(1n, 9n), lostMessages: 5n },
  ]) {
    const written = JSON.parse(Buffer.from(writeManifest({ name: 'A' }, state)).toString()) as {
      state: { lost?: object };
      lost: object;
    };
    expect(Object.keys(written.state.lost ?? {}).filter((key) => key !== 'msgs' && key !== 'bytes')).toEqual(
      [],
    );
    expect(Object.keys(written.lost)).toHaveLength(1);
  }
});
