import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { GunzipReader } from '../../src/source/gunzip.ts';
import { MemorySource } from '../../src/source/memory.ts';
import {
  CAPTURES,
  codesOf,
  expectDamage,
  expectFindings,
  tempFolder,
  verifyDamaged,
} from '../support/damage.ts';
import { messageList } from '../support/message-list.ts';
import { Random } from '../support/random.ts';
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
      const random = new Random(turn + 1);
      const at = 10 + random.below(WHOLE.length - 10);
      const { content, code } = await inflated(withFlip(at, random.below(8)));
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

describe('data behind a whole gzip', () => {
  const tail = 'not gzip at all';

  it.each([1, 2, 15, 40_000])(
    '%i bytes: everything comes out, and where they begin is told',
    async (count) => {
      const reader = new GunzipReader(
        new MemorySource(Buffer.concat([WHOLE, Buffer.from(tail.repeat(3000)).subarray(0, count)])),
      );
      let bytes = 0;
      for await (const part of reader.read()) bytes += part.length;
      expect(bytes).toBe(TAR.length);
      // One byte may be the first of a cut member.
      expect(reader.trailingAtBytes).toBe(count === 1 ? null : WHOLE.length);
      expect(reader.error?.code).toBe(count === 1 ? 'Z_BUF_ERROR' : undefined);
    },
  );

  it('is a warning, as it is for gzip', async () => {
    const path = join(tempFolder(), 'ORDERS.tgz');
    writeFileSync(path, Buffer.concat([WHOLE, Buffer.from(tail)]));
    expect(spawnSync('gzip', ['-t', path])).toMatchObject({ status: 2 });
    await expectFindings(path, 1, [
      { code: 'GZIP_TRAILING_DATA', offset: WHOLE.length, length: tail.length, stream: 'ORDERS' },
    ]);
    expect((await messageList(path)).size).toBe(115);
  });

  it('does not hide that the tar is cut', async () => {
    const path = join(tempFolder(), 'ORDERS.tgz');
    writeFileSync(path, Buffer.concat([gzipSync(TAR.subarray(0, 70_000)), Buffer.from(tail)]));
    expect(codesOf(await verifyDamaged(path))).toEqual(
      expect.arrayContaining(['GZIP_TRAILING_DATA', 'TAR_CUT']),
    );
  });

  it('a second gzip that is none is damage', async () => {
    const path = join(tempFolder(), 'ORDERS.tgz');
    writeFileSync(path, Buffer.concat([WHOLE, Buffer.from([0x1f, 0x8b, 0x78, 0x78])]));
    await expectDamage(path, 'CRITICAL', ['GZIP_CORRUPT']);
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
