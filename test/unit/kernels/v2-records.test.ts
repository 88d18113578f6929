import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recordsOfV2, rewriteWindow, v2EntriesWindow } from '../../../src/kernels/index.ts';
import * as plain from '../../../src/kernels/reference/v2-records.ts';
import { uvarint } from '../../support/uvarint.ts';

const bytes = (most: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength: most });
const word = fc.bigInt(0n, (1n << 64n) - 1n);
const message = fc.tuple(word, word, bytes(30), bytes(8), bytes(60));

test('records of V2 messages, sound and damaged: what the reference gives', () => {
  let [made, refused] = [0, 0];
  const damage = fc.option(fc.tuple(fc.nat(), fc.nat(255)), { freq: 2 });
  const archive = fc.tuple(fc.array(message, { maxLength: 25 }), damage, fc.nat(3));
  fc.assert(
    fc.property(archive, ([messages, hit, cut]) => {
      const parts = messages.flatMap(([time, seq, name, header, payload]) => {
        const numbers = [BigInt(name.length), time, seq, BigInt(header.length), BigInt(payload.length)];
        return [...numbers.flatMap(uvarint), ...name, ...header, ...payload];
      });
      const body = Uint8Array.from(parts).subarray(0, Math.max(0, parts.length - cut));
      if (hit !== null && body.length > 0) body[hit[0] % body.length] = hit[1];
      v2EntriesWindow(body.length).set(body);
      const expected = plain.recordsOfV2(body);
      const lengthBytes = recordsOfV2(body.length);
      if (expected === null) {
        refused++;
        expect(lengthBytes).toBeNull();
        return;
      }
      made += expected.length;
      expect(lengthBytes).toBe(expected.length);
      expect(rewriteWindow(expected.length).equals(expected)).toBe(true);
    }),
    { numRuns: 2000 },
  );
  expect(made).toBeGreaterThan(10_000);
  expect(refused).toBeGreaterThan(100);
});

test('records that would not find room are refused', () => {
  const payloadBytes = 1024;
  const count = 32_000;
  const entry = Uint8Array.from([
    1,
    0,
    1,
    0,
    ...uvarint(BigInt(payloadBytes)),
    0x61,
    ...new Uint8Array(payloadBytes),
  ]);
  const window = v2EntriesWindow(entry.length * count);
  for (let i = 0; i < count; i++) window.set(entry, i * entry.length);
  expect(recordsOfV2(entry.length * count)).toBeNull();
});
