import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { GunzipReader } from '../../src/source/gunzip.ts';
import { MemorySource } from '../../src/source/memory.ts';
import { CAPTURES, codesOf, tempFolder, verifyDamaged } from '../support/damage.ts';
import { messageList } from '../support/message-list.ts';
import { randomFrom } from '../support/random.ts';
import { repair } from '../support/repaired.ts';

const ORIGINAL = '2.2.0-legacy/backups/streams/ORDERS.tgz';
const WHOLE = readFileSync(join(CAPTURES, ORIGINAL));
const TAR = gunzipSync(WHOLE);

async function inflated(gzip: Uint8Array): Promise<{ content: Buffer; code: string | undefined }> {
  const reader = new GunzipReader(new MemorySource(gzip));
  const parts: Uint8Array[] = [];
  for await (const part of reader.read()) parts.push(part);
  return { content: Buffer.concat(parts), code: reader.error?.code };
}

/** What comes out of the first bytes. */
function before(atBytes: number, gzip: Uint8Array = WHOLE): Buffer {
  return gunzipSync(gzip.subarray(0, atBytes), { finishFlush: constants.Z_SYNC_FLUSH });
}

function withFlip(atBytes: number, bit: number): Buffer {
  const bytes = Buffer.from(WHOLE);
  bytes[atBytes] = (bytes[atBytes] ?? 0) ^ (1 << bit);
  return bytes;
}

/** `cat` of a damaged archive lists no more than its repair keeps. */
async function expectAllKept(gzip: Uint8Array, code: string): Promise<void> {
  const path = join(tempFolder(), 'ORDERS.tgz');
  writeFileSync(path, gzip);
  expect(codesOf(await verifyDamaged(path))).toContain(code);
  const listed = await messageList(path);
  const { stream } = await repair(path, ORIGINAL);
  expect(Number(stream.recovered)).toBeGreaterThanOrEqual(listed.size);
}

describe('a damaged gzip', () => {
  it.each([20, 1000, 5000, 8000, 16_384, 16_385, 29_000, WHOLE.length - 8, WHOLE.length - 1])(
    'cut at %i: everything that comes out of what is there',
    async (end) => {
      const { content, code } = await inflated(WHOLE.subarray(0, end));
      expect(content.equals(before(end))).toBe(true);
      expect(code).toBe('Z_BUF_ERROR');
    },
  );

  it('cut at 8000 gives 27,708 bytes', async () => {
    expect((await inflated(WHOLE.subarray(0, 8000))).content.length).toBe(27_708);
  });

  it('a flipped bit that only the CRC tells of costs no byte', async () => {
    const { content, code } = await inflated(withFlip(5000, 1));
    expect(content.length).toBe(TAR.length);
    expect(code).toBe('Z_DATA_ERROR');
  });

  it.each(Array.from({ length: 20 }, (_, i) => i))(
    'everything before a flipped bit, turn %i',
    async (turn) => {
      const random = randomFrom(turn + 1);
      const at = 10 + random(WHOLE.length - 10);
      const { content, code } = await inflated(withFlip(at, random(8)));
      const sound = before(at);
      expect(content.subarray(0, sound.length).equals(sound)).toBe(true);
      expect(code).toMatch(/^Z_(DATA|BUF)_ERROR$/);
    },
  );

  it('members one behind the other, the last one damaged', async () => {
    const [first, second] = [gzipSync(TAR.subarray(0, 70_000)), gzipSync(TAR.subarray(70_000))];
    const whole = Buffer.concat([first, second]);
    expect((await inflated(whole)).content.equals(TAR)).toBe(true);
    expect((await inflated(whole)).code).toBeUndefined();
    whole[whole.length - 5] = (whole.at(-5) ?? 0) ^ 1;
    const { content, code } = await inflated(whole);
    expect(content.equals(TAR)).toBe(true);
    expect(code).toBe('Z_DATA_ERROR');
  });
});

describe('repair of a damaged .tgz keeps what cat lists', () => {
  it.each([3000, 8000, 12_000, 20_000, 29_500])('cut at %i', async (end) => {
    await expectAllKept(WHOLE.subarray(0, end), 'GZIP_CUT');
  });

  it.each([
    [5000, 1],
    [9000, 5],
    [WHOLE.length - 6, 0],
  ])('bit flipped at %i', async (at, bit) => {
    await expectAllKept(withFlip(at, bit), 'GZIP_CORRUPT');
  });
});
