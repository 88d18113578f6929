import fc from 'fast-check';
import { expect, test } from 'vitest';
import { takeV2Messages } from '../../../src/kernels/index.ts';
import * as plain from '../../../src/kernels/reference/v2-walk.ts';
import { inWindow, v2Bytes, v2Messages } from './v2-messages.ts';

const damage = fc.option(fc.tuple(fc.nat(), fc.nat(255)), { freq: 2 });

test('messages, sound and damaged: what the reference gives', () => {
  let taken = 0;
  const archive = fc.tuple(v2Messages, fc.bigInt(0n, 300n), damage, fc.nat(9));
  fc.assert(
    fc.property(archive, ([messages, lastSeq, hit, cut]) => {
      const parts = v2Bytes(messages, lastSeq);
      const body = Uint8Array.from([...parts, 0, 0, 0, 0, 0]).subarray(0, parts.length + 5 - cut);
      if (hit !== null && body.length > 0) body[hit[0] % body.length] = hit[1];
      const expected = plain.takeV2Messages(body, lastSeq);
      taken += expected?.messages ?? 0;
      expect(takeV2Messages(inWindow(body, cut), lastSeq)).toEqual(expected);
    }),
    { numRuns: 3000 },
  );
  expect(taken).toBeGreaterThan(3000);
});

test('those of a part, which may end behind what is there: what the reference gives', () => {
  let beyond = 0;
  const archive = fc.tuple(v2Messages, damage, fc.nat(80), fc.nat(400), fc.nat(80));
  fc.assert(
    fc.property(archive, ([messages, hit, cut, until, beyondBytes]) => {
      const first = v2Bytes(messages.slice(0, 1), 0n);
      const all = v2Bytes(messages, 0n);
      const body = all.subarray(0, all.length - cut);
      if (hit !== null && body.length > 0) body[hit[0] % body.length] = hit[1];
      const reach = { fromBytes: first.length, untilBytes: Math.min(until, body.length), beyondBytes };
      const expected = plain.takeV2Messages(body, 0n, reach);
      if (first.length + (expected?.takenBytes ?? 0) > body.length) beyond++;
      expect(takeV2Messages(inWindow(body, until % 16), 0n, reach)).toEqual(expected);
    }),
    { numRuns: 3000 },
  );
  expect(beyond).toBeGreaterThan(100);
});

test('a message of more than 96 MiB is none', () => {
  const head = (contentBytes: number): number[] => [
    1,
    0,
    1,
    0,
    ...[0, 7, 14, 21].map((shift) => ((contentBytes >> shift) & 127) | (shift < 21 ? 128 : 0)),
    97,
  ];
  const reach = { fromBytes: 0, untilBytes: 9, beyondBytes: 2 ** 40 };
  for (const [contentBytes, messages] of [
    [96 * 1024 * 1024, 1],
    [96 * 1024 * 1024 + 1, undefined],
  ] as const) {
    const bytes = Uint8Array.from(head(contentBytes));
    expect(takeV2Messages(bytes, 0n, reach)?.messages).toBe(messages);
    expect(plain.takeV2Messages(bytes, 0n, reach)?.messages).toBe(messages);
  }
});
