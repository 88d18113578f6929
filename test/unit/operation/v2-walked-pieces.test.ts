import fc from 'fast-check';
import { expect, test } from 'vitest';
import { V2Walker, type WalkedRuns } from '../../../src/container/v2-walk.ts';
import { eachSequence } from '../../../src/core/sequence-ranges.ts';
import { recordBytesOf } from '../../../src/format/block/record.ts';
import { subjectDigest } from '../../../src/kernels/index.ts';
import { WalkedPieces } from '../../../src/operation/read/v2-walked-pieces.ts';
import { MemorySource } from '../../../src/source/memory.ts';
import { walkMessages } from '../../../src/workers/walk-messages.ts';
import { v2Bytes, v2Messages } from '../kernels/v2-messages.ts';

const STATE = Buffer.from('\x0a\x00\x00\x00\x02state.json{}', 'latin1');
const END = new Uint8Array(5);

function walk(body: Uint8Array, walked: WalkedRuns | null): unknown {
  const seqs: bigint[] = [];
  let [bytes, digest] = [0, 0n];
  const walker = new V2Walker(
    new MemorySource(body),
    (run) => {
      seqs.push(...eachSequence(run.ranges));
      bytes += run.bytes;
      digest = BigInt.asUintN(64, digest + run.subjectDigest);
    },
    walked,
  );
  for (const entry of walker.entries()) {
    if (entry.kind === 'state') walker.expectConsumers(0);
    if (entry.kind !== 'message') continue;
    // Which messages come one by one depends on where runs begin; what there is does not.
    const { seq, subject, header, payload } = entry.message;
    seqs.push(seq);
    bytes += recordBytesOf(subject.length, header.length, payload.length);
    digest = BigInt.asUintN(64, digest + subjectDigest(subject));
  }
  return { seqs, bytes, digest, faults: walker.faults };
}

/** Messages, some of which hold messages that a look from the middle takes for the archive's own. */
const body = fc
  .tuple(v2Messages, v2Messages, fc.option(fc.tuple(fc.nat(), fc.nat(255)), { freq: 3 }), fc.nat(9))
  .map(([messages, within, hit, cut]) => {
    const nested = v2Bytes(within, 7n);
    const all = messages.map(([step, name, header, payload, time], i) => {
      const content = i % 5 === 2 ? Buffer.concat([payload, nested]) : payload;
      return [step === 0n ? 1n : step, name, header, content, time] as (typeof messages)[number];
    });
    const bytes = Buffer.concat([STATE, v2Bytes(all, 0n), END]);
    const given = bytes.subarray(0, cut === 1 ? bytes.length - 3 : bytes.length);
    if (hit !== null) given[STATE.length + (hit[0] % Math.max(1, given.length - STATE.length))] = hit[1];
    return new Uint8Array(given);
  });

test('what others walked of an archive changes nothing', () => {
  let used = 0;
  const cuts = fc.array(fc.nat(2000), { maxLength: 6 });
  fc.assert(
    fc.property(body, cuts, fc.constantFrom(1, 100, Infinity), (bytes, at, runBytes) => {
      const { descriptor } = new MemorySource(bytes);
      const ends = [...new Set([...at.map((end) => end % bytes.length), 0, bytes.length])].toSorted(
        (a, b) => a - b,
      );
      const pieces = ends.slice(1).map((toBytes, i) => {
        const job = { kind: 'walk', source: descriptor, fromBytes: ends[i] ?? 0, toBytes, runBytes } as const;
        return { ...walkMessages(job), toBytes };
      });
      const walked = new WalkedPieces(pieces);
      const runAt = (offsetBytes: number): ReturnType<WalkedRuns['runAt']> => {
        const run = walked.runAt(offsetBytes);
        if (run !== null) used++;
        return run;
      };
      const counted = { runAt, nextBehind: walked.nextBehind.bind(walked) };
      expect(walk(bytes, counted)).toEqual(walk(bytes, null));
    }),
    { numRuns: 2000 },
  );
  expect(used).toBeGreaterThan(1000);
});
