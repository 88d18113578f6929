import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseIndex } from '../../src/format/index/parse.ts';
import type { IndexBlock } from '../../src/format/index/types.ts';
import { writeIndex } from '../../src/format/index/write.ts';
import { copyOf, editFile, expectFindings, recordsOf, verifyDamaged } from '../support/damage.ts';

const STREAMS = '2.14.5-full/store/jetstream/$G/streams';

/** Rewrites the only block of index.db, and the totals with it, so that the file agrees with itself. */
function editListedBlock(path: string, streamName: string, edit: (block: IndexBlock) => IndexBlock): void {
  editFile(join(path, 'msgs/index.db'), (bytes) => {
    const parsed = parseIndex(bytes);
    if (!parsed.ok || parsed.value.blocks[0] === undefined) throw new Error('no index');
    const block = edit(parsed.value.blocks[0]);
    return writeIndex({ ...parsed.value, bytes: block.bytes, blocks: [block] }, streamName);
  });
}

describe('a current index.db that counts otherwise than the blocks', () => {
  it('a record cut out of the middle of a block', async () => {
    const path = copyOf(`${STREAMS}/ORDERS`);
    const block = join(path, 'msgs/1.blk');
    const gone = recordsOf(readFileSync(block))[60];
    editFile(block, (bytes) =>
      Buffer.concat([bytes.subarray(0, gone?.at), bytes.subarray((gone?.at ?? 0) + (gone?.length ?? 0))]),
    );
    const seq = gone?.seq ?? 0n;
    await expectFindings(path, 2, [
      {
        code: 'IDX_BLOCK_DIFFERS',
        severity: 'critical',
        stream: 'ORDERS',
        file: 'msgs/1.blk',
        seq,
        data: { block: 1, from: seq, to: seq, messages: 1n },
      },
    ]);
    expect((await verifyDamaged(path)).streams[0]?.lost.msgs).toEqual([[seq, seq]]);
  });

  it('other bytes in a block', async () => {
    const path = copyOf(`${STREAMS}/ORDERS`);
    editListedBlock(path, 'ORDERS', (block) => ({ ...block, bytes: block.bytes + 1n }));
    await expectFindings(path, 2, [
      {
        code: 'IDX_BLOCK_DIFFERS',
        severity: 'critical',
        file: 'msgs/index.db',
        data: { block: 1, index_bytes: 136_341n, block_bytes: 136_340 },
      },
    ]);
  });

  it('more messages with a TTL', async () => {
    const path = copyOf(`${STREAMS}/TTL`);
    // One message with a TTL is deleted: the block still has its record.
    let counted = 0;
    editListedBlock(path, 'TTL', (block) => {
      counted = block.ttls ?? 0;
      return { ...block, ttls: counted + 2 };
    });
    expect(counted).toBeGreaterThan(0);
    await expectFindings(path, 1, [
      {
        code: 'IDX_HEADER_COUNT_DIFFERS',
        severity: 'warning',
        stream: 'TTL',
        file: 'msgs/index.db',
        data: { block: 1, index: counted + 2, blocks: counted + 1 },
      },
    ]);
  });
});

describe('sequences, where no index explains them', () => {
  it('a whole block that is gone', async () => {
    const path = copyOf('2.14.5-crash/store/jetstream/$G/streams/FRESHS2');
    rmSync(join(path, 'msgs/2.blk'));
    await expectFindings(path, 1, [
      {
        code: 'BLK_NUMBER_MISSING',
        severity: 'warning',
        stream: 'FRESHS2',
        file: 'msgs/3.blk',
        data: { block: 2, from: 42n, to: 83n, sequences: 42n },
      },
      { code: 'IDX_MISSING', severity: 'info', file: '.' },
    ]);
  });

  it('beside a block that the index lists', async () => {
    const path = copyOf(`${STREAMS}/COMPRESSED`);
    rmSync(join(path, 'msgs/2.blk'));
    const held = { block: 2, first_seq: 38n, last_seq: 75n, messages: 37n };
    await expectFindings(path, 2, [
      { code: 'BLK_MISSING', severity: 'critical', file: 'msgs/2.blk', data: held },
      {
        code: 'BLK_SEQUENCE_HOLE',
        severity: 'info',
        file: 'msgs/3.blk',
        data: { from: 38n, to: 75n, sequences: 37n },
      },
    ]);
  });

  it('a record that stands twice', async () => {
    const path = copyOf(`${STREAMS}/ORDERS`);
    const block = join(path, 'msgs/1.blk');
    const [twice, next] = recordsOf(readFileSync(block)).slice(40);
    const end = (next?.at ?? 0) + (next?.length ?? 0);
    editFile(block, (bytes) =>
      Buffer.concat([bytes.subarray(0, end), bytes.subarray(twice?.at, next?.at), bytes.subarray(end)]),
    );
    await expectFindings(path, 2, [
      {
        code: 'BLK_SEQUENCE_ORDER',
        severity: 'critical',
        stream: 'ORDERS',
        file: 'msgs/1.blk',
        offset: end,
        length: twice?.length ?? 0,
        seq: twice?.seq ?? 0n,
        data: { seq_before: next?.seq ?? 0n },
      },
    ]);
  });
});
