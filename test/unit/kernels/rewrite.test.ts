import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packRanges } from '../../../src/core/packed-ranges.ts';
import { rewriteRecords, rewriteWindow, subjectHash } from '../../../src/kernels/index.ts';
import { highwayHash64 } from '../../../src/kernels/reference/highway-hash.ts';
import { KEY, record, TIME } from './build-block.ts';

const ERASED = 1n << 63n;
const TOMBSTONE = 1n << 62n;
const NEW_KEY = KEY.map((byte) => byte ^ 0x5a);

interface One {
  readonly kind: 'message' | 'erased' | 'tombstone';
  readonly seq: bigint;
  readonly isLive: boolean;
  readonly subject: string;
  readonly header: string;
  readonly payload: Uint8Array;
}

const HEADERS = ['', 'NATS/1.0\r\nA: b\r\n\r\n', 'NATS/1.0\r\nNats-TTL: 5s\r\n\r\n'];

const one = fc.record({
  kind: fc.constantFrom('message', 'message', 'message', 'erased', 'tombstone') as fc.Arbitrary<One['kind']>,
  step: fc.integer({ min: 1, max: 3 }),
  isLive: fc.boolean(),
  subject: fc.oneof(fc.constantFrom('a', 'orders.paid', 'x'.repeat(40)), fc.stringMatching(/^[a-z.]{1,20}$/)),
  header: fc.constantFrom(...HEADERS),
  payload: fc.uint8Array({ maxLength: 100 }),
});

function bytesOf({ kind, seq, subject, header, payload }: One, key: Uint8Array): Uint8Array {
  const flag = kind === 'erased' ? ERASED : kind === 'tombstone' ? TOMBSTONE : 0n;
  const content = kind === 'message' ? { subject, header, payload } : {};
  return record(seq | flag, { ...content, timeNs: TIME + seq }, (_, bytes) => highwayHash64(key, bytes));
}

function rewrite(records: readonly One[], key: Uint8Array | null) {
  const block = Buffer.concat(records.map((each) => bytesOf(each, KEY)));
  rewriteWindow(block.length).set(block);
  const subjects = new Map<string, number>();
  const timed: bigint[] = [];
  const rewritten = rewriteRecords(block.length, {
    live: packRanges(
      BigUint64Array.from(records.filter((each) => each.isLive).flatMap(({ seq }) => [seq, seq])),
    ),
    key,
    onSubjects: ({ text, lengths, messages, hashes }) => {
      let at = 0;
      for (const [i, length] of lengths.entries()) {
        const bytes = text.subarray(at, at + length);
        const end = Math.ceil((at + length) / 4) * 4;
        expect(text.subarray(at + length, end)).toEqual(new Uint8Array(end - at - length));
        at = end;
        expect(hashes[i]).toBe(subjectHash(bytes));
        const subject = Buffer.from(bytes).toString();
        subjects.set(subject, (subjects.get(subject) ?? 0) + (messages[i] ?? 0));
      }
    },
    onTimed: (bytes) => timed.push(bytes.readBigUInt64LE(4)),
  });
  return { bytes: Buffer.from(rewritten?.bytes ?? []), rewritten, subjects, timed };
}

test.each([[NEW_KEY], [null]])('live messages are kept, whatever lies between them', (key) => {
  fc.assert(
    fc.property(fc.array(one, { maxLength: 40 }), (steps) => {
      let seq = 9n;
      const records = steps.map((step): One => ({ ...step, seq: (seq += BigInt(step.step)) }));
      const kept = records.filter(({ kind, isLive }) => kind === 'message' && isLive);
      const { bytes, rewritten, subjects, timed } = rewrite(records, key);
      expect(bytes).toEqual(Buffer.concat(kept.map((each) => bytesOf(each, key ?? KEY))));
      const [first, last] = [kept[0]?.seq, kept.at(-1)?.seq];
      expect(rewritten).toMatchObject({
        messages: kept.length,
        firstSeq: first ?? 0n,
        firstTimeNs: first === undefined ? 0n : TIME + first,
        lastSeq: last ?? 0n,
        lastTimeNs: last === undefined ? 0n : TIME + last,
      });
      for (const { subject } of kept)
        expect(subjects.get(subject)).toBe(kept.filter((other) => other.subject === subject).length);
      expect([...subjects.values()].reduce((sum, count) => sum + count, 0)).toBe(kept.length);
      expect(timed).toEqual(kept.filter(({ header }) => header === HEADERS[2]).map((each) => each.seq));
    }),
    { numRuns: 400 },
  );
});

test('more subjects and timed messages than are counted at a time', () => {
  const records = Array.from({ length: 40_000 }, (_, i): One => ({
    kind: 'message',
    seq: BigInt(i + 1),
    isLive: true,
    subject: `orders.${i % 20_000}`,
    header: HEADERS[2] ?? '',
    payload: new Uint8Array(0),
  }));
  const { rewritten, subjects, timed } = rewrite(records, null);
  expect(rewritten?.messages).toBe(40_000);
  expect([...subjects.values()]).toEqual(Array.from({ length: 20_000 }, () => 2));
  expect(timed).toEqual(records.map(({ seq }) => seq));
});

test('a block that is not what it was', () => {
  const block = Buffer.concat([record(1n, { subject: 'a' }), record(2n, { subject: 'b' })]);
  block.writeUInt32LE(29, 31);
  rewriteWindow(block.length).set(block);
  const options = {
    live: packRanges(BigUint64Array.of(1n, 2n)),
    key: null,
    onSubjects: null,
    onTimed: () => {},
  };
  expect(rewriteRecords(block.length, options)).toBeNull();
});
