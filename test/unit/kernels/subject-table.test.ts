import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sumSubjectTable } from '../../../src/kernels/index.ts';
import * as plain from '../../../src/kernels/reference/subject-table.ts';
import { uvarint } from '../../support/uvarint.ts';

const number = fc.oneof(fc.bigInt(0n, 3n), fc.bigInt(0n, 1n << 53n), fc.bigInt(0n, (1n << 64n) - 1n));
const subject = fc.uint8Array({ maxLength: 40 }).map((bytes) => bytes.map((byte) => byte | 1));
const entry = fc.tuple(subject, number, fc.bigInt(0n, 1n << 40n), fc.boolean());

function tableOf(entries: readonly [Uint8Array, bigint, bigint, boolean][], lastAlways: boolean): Uint8Array {
  const parts = entries.flatMap(([text, messages, block]) => [
    ...uvarint(BigInt(text.length)),
    ...text,
    ...uvarint(messages),
    ...uvarint(block),
    ...(lastAlways || messages > 1n ? uvarint(block + 1n) : []),
  ]);
  return Uint8Array.from(parts);
}

test('tables, sound and damaged: what the reference gives', () => {
  let sound = 0;
  const damage = fc.option(fc.tuple(fc.nat(), fc.nat(255)), { freq: 2 });
  const table = fc.tuple(fc.array(entry, { maxLength: 30 }), fc.boolean(), damage, fc.nat(3), fc.nat(5));
  fc.assert(
    fc.property(table, ([entries, lastAlways, hit, before, cut]) => {
      const bytes = Buffer.concat([Buffer.alloc(before), tableOf(entries, lastAlways)]);
      if (hit !== null && bytes.length > 0) bytes[hit[0] % bytes.length] = hit[1];
      const given = bytes.subarray(0, bytes.length - (cut === 5 ? 1 : 0));
      const expected = plain.sumSubjectTable(given, before, entries.length, lastAlways);
      if (expected !== null && entries.length > 0) sound++;
      expect(sumSubjectTable(given, before, entries.length, lastAlways)).toEqual(expected);
    }),
    { numRuns: 3000 },
  );
  expect(sound).toBeGreaterThan(200);
});

test('a table longer than the memory it is read through', () => {
  const entries = Array.from({ length: 150_000 }, (_, i): [Uint8Array, bigint, bigint, boolean] => [
    Buffer.from(`orders.${i}.paid`),
    BigInt(i % 7),
    BigInt(i),
    false,
  ]);
  const bytes = Buffer.concat(entries.map((one) => tableOf([one], false)));
  expect(bytes.length).toBeGreaterThan(2 << 20);
  expect(sumSubjectTable(bytes, 0, entries.length, false)).toEqual(
    plain.sumSubjectTable(bytes, 0, entries.length, false),
  );
  expect(sumSubjectTable(bytes, 0, entries.length + 1, false)).toBeNull();
});

test('a subject longer than the pieces that tables are read in', () => {
  const long = Buffer.alloc(200_000, 'a');
  const subjects = [Buffer.from('b'), long, Buffer.from('c'), long];
  const bytes = Buffer.concat(
    subjects.flatMap((text) => [Buffer.from(uvarint(BigInt(text.length))), text, Buffer.from([1, 1])]),
  );
  expect(sumSubjectTable(bytes, 0, 4, false)).toEqual(plain.sumSubjectTable(bytes, 0, 4, false));
  expect(sumSubjectTable(bytes, 0, 4, false)?.endBytes).toBe(bytes.length);
});
