import { expect, it } from 'vitest';
import { packRanges } from '../../../src/core/packed-ranges.ts';
import { NO_PACKED } from '../../../src/core/packed-sets.ts';
import { walkRecords } from '../../../src/operation/predict/rebuild/walk-block.ts';
import { SERVER_RULES } from '../../../src/operation/predict/rules/server-rules.ts';
import { MemorySource } from '../../../src/source/memory.ts';

const ERASED = 1n << 63n;
const TOMBSTONE = 1n << 62n;

/** Records without a subject; a walk looks at no sum. */
function block(words: readonly bigint[], lengthOf: (i: number) => number = () => 30): Buffer {
  return Buffer.concat(
    words.map((word, i) => {
      const record = Buffer.alloc(30);
      record.writeUInt32LE(lengthOf(i), 0);
      record.writeBigUInt64LE(word, 4);
      return record;
    }),
  );
}

/** `passes`, `stumbles` or `endless` for 2.9, 2.10 and all others, of a block that an index knows as 5 to 8, 7 deleted. */
function walks(bytes: Buffer): string[] {
  const known = {
    messages: 3n,
    firstSeq: 5n,
    firstTimeNs: 1n,
    lastSeq: 8n,
    lastTimeNs: 1n,
    deleted: packRanges(BigUint64Array.of(7n, 7n)),
  };
  const answers = SERVER_RULES.map((rules) => walkRecords(new MemorySource(bytes), known, rules));
  expect(new Set(answers.slice(2)).size).toBe(1);
  return answers.slice(0, 3);
}

const ALL = (walk: string): string[] => [walk, walk, walk];

it('a walk passes records that the index tells of, whatever lies before them', () => {
  expect(walks(block([5n, 6n, 8n]))).toEqual(ALL('passes'));
  expect(walks(block([3n, 5n, 6n, 7n | ERASED, 3n | TOMBSTONE, 8n]))).toEqual(ALL('passes'));
});

it('a walk stumbles where lengths do not fit, in every generation', () => {
  expect(walks(block([5n, 6n, 8n]).subarray(0, -1))).toEqual(ALL('stumbles'));
  expect(walks(Buffer.concat([block([5n, 6n, 8n]), Buffer.alloc(21)]))).toEqual(ALL('stumbles'));
  expect(walks(block([5n, 6n, 8n], (i) => (i === 1 ? 29 : 30)))).toEqual(ALL('stumbles'));
  expect(walks(block([5n, 6n, 8n], (i) => (i === 1 ? 40_000_000 : 30)))).toEqual(ALL('stumbles'));
});

it('since 2.11 a walk stumbles where a sequence is not the one that the index tells of', () => {
  const places = ['passes', 'passes', 'stumbles'];
  expect(walks(block([6n, 7n, 8n]))).toEqual(places);
  expect(walks(block([5n, 6n]))).toEqual(places);
  expect(walks(block([5n, 6n, 8n, 9n]))).toEqual(places);
  expect(walks(block([5n, 6n | ERASED, 8n]))).toEqual(places);
  expect(walks(block([3n, 4n]))).toEqual(places);
  expect(walks(block([5n, 1024n, 8n]))).toEqual(places);
  // One that is lower than those before is passed over.
  expect(walks(block([5n, 6n, 2n, 8n]))).toEqual(ALL('passes'));
});

it('a gap before a damaged sequence is listed until there is no memory left', () => {
  const far = 1n << 40n;
  expect(walks(block([5n, far, 8n]))).toEqual(ALL('endless'));
  // 2.9 lists no gap before the first record, 2.11 looks at that first.
  expect(walks(block([far, 6n, 8n]))).toEqual(['passes', 'endless', 'stumbles']);
});

it('a header bit in a record too short for a header length stops a walk since 2.12', () => {
  const known = {
    messages: 1n,
    firstSeq: 5n,
    firstTimeNs: 1n,
    lastSeq: 5n,
    lastTimeNs: 1n,
    deleted: NO_PACKED,
  };
  const bytes = new MemorySource(block([5n], () => 30 + 2 ** 31));
  expect(SERVER_RULES.map((rules) => `${rules.server} ${walkRecords(bytes, known, rules)}`)).toEqual([
    '2.9 passes',
    '2.10 passes',
    '2.11 passes',
    '2.12 stumbles',
    '2.14 stumbles',
    '2.15 stumbles',
  ]);
});
