import { expect, test, vi } from 'vitest';
import { indexChunks } from '../../../src/codec/s2/index-chunks.ts';
import type { S2Source } from '../../../src/container/s2-source.ts';
import { encodeS2Block, prepareS2Encoding } from '../../../src/kernels/index.ts';
import { kernels } from '../../../src/kernels/instance.ts';
import { scanBlock } from '../../../src/kernels/reference/block-scan.ts';
import { MemorySource } from '../../../src/source/memory.ts';
import { scanSource } from '../../../src/workers/scan-block.ts';
import { decodedSource, framed } from '../../support/frames.ts';
import { KEY, record } from './build-block.ts';
import { randomBytes } from '../../support/random.ts';

const MIB = 1 << 20;

function block(payloads: readonly number[]): Uint8Array {
  return Buffer.concat(
    payloads.map((bytes, i) => record(BigInt(i + 1), { subject: 'a.b', payload: randomBytes(bytes, i + 1) })),
  );
}

function decoded(bytes: Uint8Array): S2Source {
  return decodedSource(new MemorySource(framed(bytes)));
}

// The order matters: the memory of a thread becomes whole once.
test('ordinary records need less memory than makes V8 collect garbage', () => {
  const bytes = block(Array.from({ length: 80 }, (_, i) => i * 1000));
  expect(scanSource(decoded(bytes), { key: KEY })).toMatchObject({ messages: 80, faults: [] });
  expect(kernels().buffer.byteLength).toBeLessThan(31 * MIB);
});

test('memory that becomes whole in the middle of a block loses nothing of what is decoded', () => {
  const bytes = block([100, 2 * MIB, 70_000, 200]);
  const source = decoded(bytes);
  const scan = scanSource(source, { key: KEY });
  const { messages, bytes: messageBytes, digest, faults } = scanBlock(KEY, bytes);
  expect(scan).toMatchObject({ messages, bytes: messageBytes, subjectDigest: digest, faults });
  expect(messages).toBe(4);
  expect(kernels().buffer.byteLength).toBe(140 * MIB);
  expect(source.faults).toEqual([]);
});

test('memory becomes whole once', () => {
  const { buffer } = kernels();
  prepareS2Encoding();
  encodeS2Block(randomBytes(10, 1));
  expect(kernels().buffer).toBe(buffer);
});

test('what one stream holds decoded when memory becomes whole is read again behind another stream', async () => {
  vi.resetModules();
  const fresh = await import('../../../src/container/s2-source.ts');
  const { wholeKernels } = await import('../../../src/kernels/instance.ts');
  const contents = [randomBytes(3 * MIB, 5), randomBytes(3 * MIB, 6)];
  const [one, other] = contents.map((bytes) => {
    const of = new MemorySource(framed(bytes));
    return new fresh.S2Source(of, indexChunks((target, at) => of.read(target, at), of.sizeBytes).index);
  });
  const read = (source: S2Source | undefined, at: number): Uint8Array => {
    const target = new Uint8Array(1000);
    source?.read(target, at);
    return target;
  };
  expect(read(one, 0)).toEqual(contents[0]?.subarray(0, 1000));
  wholeKernels();
  expect(read(other, MIB)).toEqual(contents[1]?.subarray(MIB, MIB + 1000));
  expect(read(one, 0)).toEqual(contents[0]?.subarray(0, 1000));
});
