import { expect, it } from 'vitest';
import { packRanges } from '../../../src/core/packed-ranges.ts';
import { NO_SEQUENCES, oneRange } from '../../../src/core/sequence-ranges.ts';
import { asParts, NO_PARTS } from '../../../src/core/sequence-part-sets.ts';
import { countLosses } from '../../../src/operation/salvage/losses/losses.ts';
import type { Outcome } from '../../../src/operation/salvage/losses/outcome.ts';
import type { SalvagedStream } from '../../../src/operation/salvage/stream/salvaged-stream.ts';

/** Of every four sequences the index lists two: one was recovered, of the other the record is damaged. */
function damagedEverywhere(lots: number): Outcome {
  const every = (offset: bigint): BigUint64Array<ArrayBuffer> =>
    BigUint64Array.from({ length: 2 * lots }, (_, i) => 4n * BigInt(i >> 1) + offset);
  const listed = every(1n).map((seq, i) => (i % 2 === 0 ? seq : seq + 1n));
  const source = {
    archive: { account: null },
    listed: [{ file: '1.blk', isMissing: false, isDoubtful: false, seqs: packRanges(listed) }],
    suspects: [],
    damages: () =>
      Array.from({ length: lots }, (_, i) => {
        const seq = 4n * BigInt(i) + 2n;
        return {
          file: '1.blk',
          offsetBytes: 100 * i,
          lengthBytes: 100,
          code: 'BLK_CHECKSUM_MISMATCH',
          from: seq,
          to: seq,
          isOpen: false,
        };
      }),
  };
  return {
    sources: [source as unknown as SalvagedStream],
    survey: { recovered: asParts(every(1n)), disagreements: [], undecided: NO_SEQUENCES, helped: new Map() },
    deleted: NO_PARTS,
    name: 'S',
    lastSeq: 4n * BigInt(lots),
    declaredLastSeq: 0n,
    counted: null,
  };
}

function shortestMs(lots: number): number {
  const outcome = damagedEverywhere(lots);
  const times = Array.from({ length: 5 }, () => {
    const beganMs = performance.now();
    expect(countLosses(outcome)).toMatchObject({ recovered: BigInt(lots), lost: BigInt(lots) });
    return performance.now() - beganMs;
  });
  return Math.min(...times);
}

it('losses are counted in time that grows with the damage, not with its square', () => {
  shortestMs(1000);
  expect(shortestMs(128_000) / shortestMs(16_000)).toBeLessThan(24);
});

/** An archive whose backup.json says that of from..to so many were lost before. */
function lostBefore(from: bigint, to: bigint, messages: bigint): SalvagedStream {
  const state = { lost: oneRange(from, to), lostMessages: messages, messages: 0n, lastSeq: 0n };
  const source = {
    archive: { account: null, manifest: { state } },
    findings: [],
    listed: [],
    suspects: [],
    *damages() {
      yield { file: 'backup.json', offsetBytes: null, lengthBytes: null, code: 'LOST_BEFORE', from, to };
    },
  };
  return source as unknown as SalvagedStream;
}

it('the count of what one archive lost before says nothing of what another lost', () => {
  const outcome: Outcome = {
    sources: [lostBefore(11n, 20n, 5n), lostBefore(31n, 40n, 10n)],
    survey: {
      recovered: asParts(BigUint64Array.of(1n, 10n, 21n, 30n, 41n, 50n)),
      disagreements: [],
      undecided: NO_SEQUENCES,
      helped: new Map(),
    },
    deleted: NO_PARTS,
    name: 'S',
    lastSeq: 50n,
    declaredLastSeq: 0n,
    counted: null,
  };
  const loss = countLosses(outcome);
  expect(loss).toMatchObject({ recovered: 30n, lost: 15n, doubtful: 5n });
  expect([...loss.ranges].map(({ from, missing }) => [from, missing === 5n])).toEqual([
    [11n, true],
    [31n, false],
  ]);
});
