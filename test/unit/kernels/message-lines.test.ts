import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { subjectMatches } from '../../../src/core/subject.ts';
import {
  BlockScanner,
  highwayHash64,
  linesWritten,
  mostLineBytes,
  startLines,
  writeLines,
} from '../../../src/kernels/index.ts';
import type { StoredMessage } from '../../../src/operation/content/message-walk.ts';
import { lineStart, messageLines } from '../../../src/report/message-lines.ts';
import { KEY, record, TIME, scanWhole } from './build-block.ts';
import { randomBytes } from '../../support/random.ts';

const ERASED = 1n << 63n;
const TOMBSTONE = 1n << 62n;
const [FIRST_NS, LAST_NS] = [-(1n << 63n), (1n << 63n) - 1n];

interface One {
  readonly kind: 'message' | 'erased' | 'tombstone';
  readonly seq: bigint;
  readonly isLive: boolean;
  readonly timeNs: bigint;
  readonly subject: Uint8Array;
  readonly header: string;
  readonly payload: Uint8Array;
}

const text = fc.oneof(
  fc.constantFrom('a', 'orders.paid', 'x'.repeat(15), 'x'.repeat(16), `${'y'.repeat(15)}"`, 'é', '\ufeffbom'),
  fc.stringMatching(/^[a-c.]{1,9}$/),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const subject = fc.oneof(
  text.map((each): Uint8Array => Buffer.from(each)),
  fc.uint8Array({ maxLength: 40 }),
  // Bytes that begin, continue and break sequences of UTF-8.
  fc
    .array(
      fc.constantFrom(0x22, 0x41, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xe0, 0xed, 0xf0, 0xf4),
    )
    .map((bytes) => Uint8Array.from(bytes)),
);
const SECOND = 1_000_000_000n;
const timeNs = fc.oneof(
  fc.bigInt({ min: FIRST_NS, max: LAST_NS }),
  fc.constantFrom(FIRST_NS, FIRST_NS + 5n, LAST_NS, -1n, 0n, 1n, -SECOND, SECOND),
  fc.nat(30).map((tenths) => TIME + (BigInt(tenths) * SECOND) / 10n),
  // Days of any year, at whole seconds and with zeros at the end.
  fc
    .tuple(fc.integer({ min: -100_000, max: 100_000 }), fc.nat(9))
    .map(([day, digits]) => BigInt(day) * 86_400n * SECOND + 10n ** BigInt(digits)),
);
const one = fc.record({
  kind: fc.constantFrom('message', 'message', 'message', 'erased', 'tombstone') as fc.Arbitrary<One['kind']>,
  step: fc.oneof(
    fc.nat(2),
    fc.nat(9).map((digits) => 10 ** digits),
  ),
  isLive: fc.constantFrom(true, true, false),
  timeNs,
  subject,
  header: fc.oneof(
    fc.constant(''),
    fc.string({ maxLength: 60 }).map((each) => `NATS/1.0\r\nA: ${each}\r\n\r\n`),
  ),
  payload: fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.nat(5000).map((bytes) => randomBytes(bytes, bytes)),
  ),
});
const blocks = fc
  .tuple(
    fc.constantFrom(1n, 99_999_998n, (1n << 53n) - 1n, (1n << 55n) - 10n),
    fc.array(one, { maxLength: 40 }),
  )
  .map(([first, steps]) => {
    let seq = first;
    return steps.map((step): One => ({ ...step, seq: (seq += BigInt(step.step) + 1n) }));
  });

function bytesOf({ kind, seq, timeNs: time, subject: name, header, payload }: One): Uint8Array {
  if (kind !== 'message') return record(seq | (kind === 'erased' ? ERASED : TOMBSTONE), { timeNs: time });
  const content = { subject: name, header, payload, timeNs: time };
  return record(seq, content, (key, bytes) => highwayHash64(key, bytes));
}

interface Wanted {
  readonly start: string | null;
  readonly afterNs: bigint;
  readonly beforeNs: bigint;
  readonly patterns: readonly string[];
}

const ALL: Wanted = { start: '{"subject":"', afterNs: FIRST_NS, beforeNs: LAST_NS, patterns: [] };

/** What the kernel writes of a block; null where there is no room. `windowBytes`: how much is read at a time. */
function written(records: readonly One[], wanted: Wanted, windowBytes = Infinity): string | null {
  const block = Buffer.concat(records.map(bytesOf));
  const isReady = startLines({
    live: BigUint64Array.from(records.filter(({ isLive }) => isLive).flatMap(({ seq }) => [seq, seq])),
    afterNs: wanted.afterNs,
    beforeNs: wanted.beforeNs,
    patterns: wanted.patterns.map((pattern) => Buffer.from(pattern)),
    start: wanted.start === null ? null : Buffer.from(wanted.start),
  });
  expect(isReady).toBe(true);
  let isWhole = true;
  const scanner = new BlockScanner({ key: KEY, onRecords: () => void (isWhole &&= writeLines()) });
  scanWhole(scanner, block, windowBytes);
  if (!isWhole) return null;
  const { bytes, messages } = linesWritten();
  expect(messages).toBe(chosen(records, wanted).length);
  return Buffer.from(bytes).toString('latin1');
}

function chosen(records: readonly One[], { afterNs, beforeNs, patterns }: Wanted): One[] {
  return records.filter(
    ({ kind, isLive, timeNs: time, subject: name }) =>
      kind === 'message' &&
      isLive &&
      time >= afterNs &&
      time <= beforeNs &&
      (patterns.length === 0 ||
        patterns.some((pattern) =>
          subjectMatches(Buffer.from(pattern).toString('latin1'), Buffer.from(name).toString('latin1')),
        )),
  );
}

/** The same by the plain renderer. */
function plainly(records: readonly One[], wanted: Wanted, withStream = false): string {
  const messages = chosen(records, wanted).map(
    ({ seq, timeNs: time, subject: name, header, payload }): StoredMessage => ({
      account: 'A "1"',
      stream: 'S\n',
      seq,
      timeNs: time,
      subject: name,
      header: header === '' ? null : Buffer.from(header),
      data: payload,
    }),
  );
  const chunks =
    wanted.start === null ? messages.map(({ data }) => data) : messageLines({ withStream })(messages);
  return Buffer.concat(Array.from(chunks, (chunk) => Buffer.from(chunk))).toString('latin1');
}

describe('lines of the records of a block', () => {
  it('are those of the plain renderer', () => {
    fc.assert(
      fc.property(blocks, fc.constantFrom(Infinity, 700), (records, windowBytes) => {
        expect(written(records, ALL, windowBytes)).toBe(plainly(records, ALL));
      }),
      { numRuns: 600 },
    );
  });

  it('have their payload in base64, whatever its length', () => {
    const records = Array.from({ length: 300 }, (_, i): One => ({
      ...message(i + 1),
      header: i % 3 === 0 ? '' : `NATS/1.0\r\nA: ${'b'.repeat(i)}\r\n\r\n`,
      payload: randomBytes(i, i),
    }));
    expect(written(records, ALL) === plainly(records, ALL)).toBe(true);
  });

  it('have days as the calendar has them', () => {
    const records = Array.from({ length: 50_000 }, (_, day): One => ({
      ...message(day + 1),
      timeNs: (BigInt(day) * 4n - 100_000n) * 86_400n * SECOND + BigInt(day % 86_400) * SECOND,
    })).filter(({ timeNs: time }) => time >= FIRST_NS && time <= LAST_NS);
    for (let at = 0; at < records.length; at += 10_000) {
      const part = records.slice(at, at + 10_000);
      expect(written(part, ALL) === plainly(part, ALL)).toBe(true);
    }
  });

  it('begin with the stream where that is wanted; payloads come alone', () => {
    fc.assert(
      fc.property(blocks, (records) => {
        const start = lineStart({ account: 'A "1"', stream: 'S\n' }, true);
        expect(written(records, { ...ALL, start })).toBe(plainly(records, { ...ALL, start }, true));
        expect(written(records, { ...ALL, start: null })).toBe(plainly(records, { ...ALL, start: null }));
      }),
      { numRuns: 200 },
    );
  });

  it('are those of the messages that pass', () => {
    const pattern = fc.oneof(
      fc.constantFrom('>', '*', '*.*', 'a.>', 'orders.*', '*.paid', 'a', 'orders.paid', 'é', '', '.', 'a.'),
      fc.stringMatching(/^[a-c.*>]{1,7}$/),
    );
    const wanted = fc.record({
      start: fc.constantFrom('{"subject":"'),
      afterNs: fc.oneof(fc.constant(FIRST_NS), timeNs),
      beforeNs: fc.oneof(fc.constant(LAST_NS), timeNs),
      patterns: fc.array(pattern, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(blocks, wanted, (records, filter) => {
        expect(written(records, filter)).toBe(plainly(records, filter));
      }),
      { numRuns: 600 },
    );
  });

  it('that have no room are not cut', () => {
    const fill = (bytes: number): One[] => [{ ...message(1), payload: new Uint8Array(bytes) }];
    const fits = Math.floor(mostLineBytes() / 2);
    expect(written(fill(fits), ALL) === plainly(fill(fits), ALL)).toBe(true);
    expect(written(fill(mostLineBytes()), ALL)).toBeNull();
    const many = Array.from({ length: 10_000 }, (_, i) => ({
      ...message(i + 1),
      subject: new Uint8Array(1000).fill(1),
    }));
    expect(written(many, ALL)).toBeNull();
  });

  it('are refused where options have no room', () => {
    const options = { live: new BigUint64Array(0), afterNs: 0n, beforeNs: 0n, patterns: [], start: null };
    expect(startLines(options)).toBe(true);
    expect(startLines({ ...options, live: new BigUint64Array(200_000) })).toBe(false);
    expect(startLines({ ...options, start: new Uint8Array(200_000) })).toBe(false);
    expect(startLines({ ...options, patterns: [new Uint8Array(200_000)] })).toBe(false);
  });
});

function message(seq: number): One {
  return {
    kind: 'message',
    seq: BigInt(seq),
    isLive: true,
    timeNs: TIME,
    subject: Buffer.from('a.b'),
    header: '',
    payload: new Uint8Array(0),
  };
}
