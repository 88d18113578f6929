import { describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { copyOf, editFile, recordsOf } from '../support/damage.ts';
import { repair } from '../support/repaired.ts';

const INDEXED = '2.14.5-full/store/jetstream/$G/streams/ORDERS';
/** Of a server that keeps `N.idx` beside each block, and no index.db. */
const SIDECAR = '2.9.25-full/store/jetstream/$G/streams/ORDERS';

/** A copy whose block ends within its record of this place, from 0 on. */
function cutIn(stream: string, place: number): string {
  const store = copyOf(stream);
  editFile(join(store, 'msgs/1.blk'), (bytes) => bytes.subarray(0, (recordsOf(bytes)[place]?.at ?? 0) + 20));
  return store;
}

describe.each([
  ['index.db', INDEXED],
  ['an .idx file', SIDECAR],
])('a block that is cut, and %s that knows more of it', (_, stream) => {
  it.each([0, 1, 50])('every message behind the cut is lost, cut in record %d', async (place) => {
    const { result, stream: told, missing, invented } = await repair(cutIn(stream, place), stream);
    expect(told.lost).toBe(BigInt(missing.length));
    expect(told.doubtful).toBe(0n);
    expect(invented).toEqual([]);
    expect(result.isLossy).toBe(true);
    const codes = [...told.ranges].map(({ code }) => code);
    expect(codes).not.toContain('BLK_MISSING');
    expect(codes).not.toContain('BLOCK_REMOVED_OR_LOST');
  });
});
