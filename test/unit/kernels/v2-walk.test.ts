import fc from 'fast-check';
import { expect, test } from 'vitest';
import { takeV2Messages, v2Window } from '../../../src/kernels/index.ts';
import * as plain from '../../../src/kernels/reference/v2-walk.ts';

function varint(value: bigint): number[] {
  return value < 128n ? [Number(value)] : [Number(value & 127n) | 128, ...varint(value >> 7n)];
}

const bytes = (most: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength: most });
const step = fc.oneof({ weight: 6, arbitrary: fc.constant(1n) }, fc.bigInt(2n, 5n), {
  weight: 1,
  arbitrary: fc.constantFrom(0n, 1n << 62n),
});
const message = fc.tuple(step, bytes(30), bytes(8), bytes(60), fc.bigInt(0n, (1n << 64n) - 1n));

test('messages, sound and damaged: what the reference gives', () => {
  let taken = 0;
  const damage = fc.option(fc.tuple(fc.nat(), fc.nat(255)), { freq: 2 });
  const archive = fc.tuple(fc.array(message, { maxLength: 25 }), fc.bigInt(0n, 300n), damage, fc.nat(9));
  fc.assert(
    fc.property(archive, ([messages, lastSeq, hit, cut]) => {
      let seq = lastSeq;
      const parts = messages.flatMap(([more, name, header, payload, time]) => {
        seq = (seq + more) & ((1n << 64n) - 1n);
        const numbers = [name.length, time, seq, header.length, payload.length];
        return [...numbers.flatMap((number) => varint(BigInt(number))), ...name, ...header, ...payload];
      });
      const body = Uint8Array.from([...parts, 0, 0, 0, 0, 0]).subarray(0, parts.length + 5 - cut);
      if (hit !== null && body.length > 0) body[hit[0] % body.length] = hit[1];
      v2Window().set(body);
      const expected = plain.takeV2Messages(body, lastSeq);
      taken += expected?.messages ?? 0;
      expect(takeV2Messages(body.length, lastSeq)).toEqual(expected);
    }),
    { numRuns: 3000 },
  );
  expect(taken).toBeGreaterThan(3000);
});
