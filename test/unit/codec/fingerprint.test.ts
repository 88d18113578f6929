import fc from 'fast-check';
import { xxhash64 } from 'hash-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { fingerprint, loadFingerprints, type MessageParts } from '../../../src/codec/fingerprint.ts';

const part = fc.uint8Array({ maxLength: 40 });
const message = fc.record({ subject: part, header: part, payload: part });
const time = fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n });

/** The same, as a block holds it: one run of bytes. */
function inOneRun({ subject, header, payload }: MessageParts): MessageParts {
  const bytes = new Uint8Array(Buffer.concat([new Uint8Array(3), subject, header, payload]));
  const at = [3, 3 + subject.length, 3 + subject.length + header.length] as const;
  return {
    subject: bytes.subarray(at[0], at[1]),
    header: bytes.subarray(at[1], at[2]),
    payload: bytes.subarray(at[2]),
  };
}

/** What another library makes of it. */
async function expected({ subject, header, payload }: MessageParts, timeNs: bigint): Promise<bigint> {
  const seed = BigInt.asUintN(64, timeNs);
  const [low, high] = [Number(seed & 0xffffffffn), Number(seed >> 32n)];
  const hash = BigInt(`0x${await xxhash64(Buffer.concat([subject, header, payload]), low, high)}`);
  return hash ^ BigInt(header.length * 0x10000 + subject.length);
}

beforeAll(loadFingerprints);

describe('fingerprint', () => {
  it('is XXH64, wherever the parts lie', async () => {
    await fc.assert(
      fc.asyncProperty(message, time, async (parts, timeNs) => {
        const want = await expected(parts, timeNs);
        expect(fingerprint(parts, timeNs)).toBe(want);
        expect(fingerprint(inOneRun(parts), timeNs)).toBe(want);
      }),
    );
  });

  it('is so for messages of any size', async () => {
    for (const lengthBytes of [65_536 - 6, 65_536, 65_537, 131_072, 1_000_001]) {
      const payload = new Uint8Array(lengthBytes).map((_, i) => (i * 31) ^ (i >> 8));
      const parts = { subject: Buffer.from('abc'), header: Buffer.from('def'), payload };
      expect(fingerprint(parts, 7n)).toBe(await expected(parts, 7n));
    }
  });

  it('tells apart what is cut otherwise', () => {
    const [a, b] = [Buffer.from('a'), Buffer.from('b')];
    const none = new Uint8Array(0);
    const prints = [
      fingerprint({ subject: a, header: b, payload: none }, 0n),
      fingerprint({ subject: a, header: none, payload: b }, 0n),
      fingerprint({ subject: Buffer.from('ab'), header: none, payload: none }, 0n),
      fingerprint({ subject: a, header: none, payload: b }, 1n),
    ];
    expect(new Set(prints).size).toBe(4);
  });
});
