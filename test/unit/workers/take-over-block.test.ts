import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packRanges } from '../../../src/core/packed-ranges.ts';
import { highwayHash64 } from '../../../src/kernels/index.ts';
import type { TakeOverJob } from '../../../src/workers/jobs/take-over.ts';
import { rewriteBlock, rewrittenRoom } from '../../../src/workers/rewrite-block.ts';
import { scanBlock } from '../../../src/workers/scan-block.ts';
import { takeOverBlock } from '../../../src/workers/take-over-block.ts';
import { IDENTIFIER, unframed } from '../../support/frames.ts';
import { KEY, record } from '../kernels/build-block.ts';
import { randomBytes } from '../../support/random.ts';

const KIB = 1024;
const SAME = 1_000;

/** Of each record how long its payload is, and whether it has a header. */
type Shape = readonly [payloadBytes: number, hasHeader: boolean];

function blockOf(shapes: readonly Shape[]): Buffer {
  return Buffer.concat(
    shapes.map(([payloadBytes, hasHeader], i) => {
      const header = hasHeader ? `NATS/1.0\r\nNumber: ${i}\r\n\r\n` : '';
      const payload = randomBytes(payloadBytes, i);
      return record(BigInt(i + 1), { subject: `orders.${i % 7}`, header, payload }, highwayHash64);
    }),
  );
}

function taken(bytes: Uint8Array, lastSeq: number): { readonly isSound: boolean; readonly bytes: Buffer } {
  const source = { kind: 'memory', bytes } as const;
  const target = new Uint8Array(new SharedArrayBuffer(rewrittenRoom(bytes.length)));
  const job: TakeOverJob = {
    kind: 'take-over',
    scan: { kind: 'scan', source, key: KEY, headerSeqs: false },
    rewrite: {
      kind: 'rewrite',
      source,
      input: { holds: 'block' },
      live: packRanges(BigUint64Array.of(1n, BigInt(lastSeq))),
      key: KEY,
      keepsSums: true,
      tail: null,
      countsSubjects: false,
      target: { kind: 'memory', bytes: target, pack: null },
    },
  };
  const { rewritten } = takeOverBlock(job);
  return { isSound: rewritten !== null, bytes: Buffer.from(target.subarray(0, rewritten?.lengthBytes ?? 0)) };
}

const shapes = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 * KIB }), fc.boolean()), {
  minLength: 1,
  maxLength: 120,
});

test('a sound block is taken over byte by byte, however its records lie across the pieces in which it is read', () => {
  fc.assert(
    fc.property(shapes, fc.integer({ min: 0, max: 2000 }), (some, longKib) => {
      const all: Shape[] = [...some, [longKib * KIB, true], [SAME, true]];
      const block = blockOf(all);
      const result = taken(block, all.length);
      expect(result.isSound).toBe(true);
      expect(Buffer.compare(result.bytes, block)).toBe(0);
    }),
    { numRuns: 25 },
  );
});

test('nothing is taken over of one with a bad byte, wherever it is, nor of one that is cut', () => {
  const some = Array.from({ length: 150 }, (_, i): Shape => [(i * 997) % (16 * KIB), i % 3 === 0]);
  const block = blockOf(some);
  expect(taken(block, some.length).isSound).toBe(true);
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: block.length - 1 }),
      fc.integer({ min: 1, max: 255 }),
      (at, flip) => {
        const bad = Buffer.from(block);
        bad[at] = (bad[at] ?? 0) ^ flip;
        expect(taken(bad, some.length).isSound).toBe(false);
      },
    ),
    { numRuns: 40 },
  );
  expect(taken(block.subarray(0, -1), some.length).isSound).toBe(false);
});

test('a block that is sealed anew is checked where it lies, as its chunks would be', () => {
  const tarHeadBytes = 512;
  fc.assert(
    fc.property(shapes, (some) => {
      const all: Shape[] = [...some, [70 * KIB, false], [1100 * KIB, true], [SAME, true]];
      const source = { kind: 'memory', bytes: blockOf(all) } as const;
      const key = KEY.toReversed();
      const target = new Uint8Array(new SharedArrayBuffer(rewrittenRoom(source.bytes.length)));
      const { readBack, contentBytes, lengthBytes } = rewriteBlock({
        kind: 'rewrite',
        source,
        input: { holds: 'block' },
        live: packRanges(BigUint64Array.of(1n, BigInt(all.length))),
        key,
        keepsSums: false,
        tail: null,
        countsSubjects: false,
        target: { kind: 'memory', bytes: target, pack: { path: 'msgs/1.blk', key, headerSeqs: true } },
      });
      const entry = unframed(Buffer.concat([IDENTIFIER, target.subarray(0, lengthBytes)]));
      const bytes = entry.subarray(tarHeadBytes, tarHeadBytes + contentBytes);
      const found = scanBlock({ kind: 'scan', source: { kind: 'memory', bytes }, key, headerSeqs: true });
      expect(found.scan.messages).toBe(all.length);
      expect(readBack).toEqual(found);
    }),
    { numRuns: 15 },
  );
});
