import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packRanges, unpackRanges } from '../../src/core/packed-ranges.ts';
import { mergeRanges, oneRange } from '../../src/core/sequence-ranges.ts';
import { parseIndex } from '../../src/format/index/parse.ts';
import { writeIndex } from '../../src/format/index/write.ts';
import { copyOf, editFile } from '../support/damage.ts';
import { randomBytes } from '../support/random.ts';
import { repair } from '../support/repaired.ts';

const COMPRESSED = '2.14.5-full/store/jetstream/$G/streams/COMPRESSED';
const ORDERS = '2.14.5-full/store/jetstream/$G/streams/ORDERS';
const PAGE_BYTES = 4096;

/** What a power cut leaves of a file whose last page was given to it and not written. */
function toWholePages(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(PAGE_BYTES - (bytes.length % PAGE_BYTES))]);
}

it.each(['1.blk', '2.blk', '5.blk'])(
  'every message of a compressed block is kept that zeros follow: %s',
  async (block) => {
    const store = copyOf(COMPRESSED);
    editFile(join(store, 'msgs', block), toWholePages);
    const { missing, invented } = await repair(store, COMPRESSED);
    expect({ missing, invented }).toEqual({ missing: [], invented: [] });
  },
);

it.each([1, 2, 7, 8, 9, 16])(
  'every message of a compressed block is kept that %d zeros follow',
  async (zeros) => {
    const store = copyOf(COMPRESSED);
    editFile(join(store, 'msgs/2.blk'), (bytes) => Buffer.concat([bytes, Buffer.alloc(zeros)]));
    const { missing, invented } = await repair(store, COMPRESSED);
    expect({ missing, invented }).toEqual({ missing: [], invented: [] });
  },
);

it.each([16, 100, 5000])(
  'every message of a compressed block is kept that %d other bytes follow',
  async (more) => {
    const store = copyOf(COMPRESSED);
    editFile(join(store, 'msgs/2.blk'), (bytes) => Buffer.concat([bytes, randomBytes(more, more)]));
    const { missing, invented } = await repair(store, COMPRESSED);
    expect({ missing, invented }).toEqual({ missing: [], invented: [] });
  },
);

it('an index.db that zeros follow still tells what was deleted', async () => {
  const store = copyOf(ORDERS);
  editFile(join(store, 'msgs/index.db'), (bytes) => toWholePages(Buffer.from(withDelete(bytes, 50n))));
  const { missing, stream } = await repair(store, ORDERS);
  expect(missing).toEqual([50n]);
  expect(stream.lost).toBe(0n);
});

/** As if a limit had taken a message: no tombstone tells of it. */
function withDelete(bytes: Buffer, seq: bigint): Uint8Array {
  const parsed = parseIndex(bytes);
  const [block] = parsed.ok ? parsed.value.blocks : [];
  if (!parsed.ok || block === undefined) throw new Error('no index');
  const { value } = parsed;
  const deleted = packRanges(mergeRanges([unpackRanges(block.deleted), oneRange(seq, seq)]));
  return writeIndex(
    {
      ...value,
      subjects: () => value.subjects(),
      messages: value.messages - 1n,
      blocks: [{ ...block, numDeleted: block.numDeleted + 1n, deleted }],
    },
    'ORDERS',
  );
}
