import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findV2Messages } from '../../../src/kernels/index.ts';
import * as plain from '../../../src/kernels/reference/v2-find.ts';
import { inWindow, v2Bytes, v2Messages } from './v2-messages.ts';

test('where messages begin, in sound and damaged bytes: what the reference gives', () => {
  let found = 0;
  const damage = fc.option(fc.tuple(fc.nat(), fc.nat(255)), { freq: 2 });
  const before = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constant(new Uint8Array(0)));
  const archive = fc.tuple(before, v2Messages, fc.bigInt(0n, 300n), damage, fc.nat(9), fc.nat(200));
  fc.assert(
    fc.property(archive, ([head, messages, lastSeq, hit, cut, until]) => {
      const all = Buffer.concat([head, v2Bytes(messages, lastSeq), new Uint8Array(5)]);
      const body = all.subarray(0, all.length - cut);
      if (hit !== null && body.length > 0) body[hit[0] % body.length] = hit[1];
      const untilBytes = Math.min(until, body.length);
      const expected = plain.findV2Messages(body, untilBytes);
      if (expected >= 0) found++;
      expect(findV2Messages(inWindow(body, head.length % 16), untilBytes)).toBe(expected);
    }),
    { numRuns: 3000 },
  );
  expect(found).toBeGreaterThan(300);
});
