import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hashKey, keyedSum } from '../../src/codec/highwayhash.ts';
import { NO_PACKED } from '../../src/core/packed-sets.ts';
import { MAX_SEQUENCE } from '../../src/core/sequence-ranges.ts';
import { parseIndex } from '../../src/format/index/parse.ts';
import { writeIndex } from '../../src/format/index/write.ts';
import { ROOT } from '../support/captures.ts';
import { copyOf, editFile, recordsOf } from '../support/damage.ts';
import { record } from '../support/synthetic-stream.ts';

const STALE = '2.14.5-crash/store/jetstream/$G/streams/STALE';
const BLOCKS = [1, 2, 3, 4];

/** A first block that is bad, an index.db that claims so many messages more in the second, which holds the first and the last, and max_msgs below the total. */
function claiming(claimed: bigint, beyond: bigint): string {
  const path = copyOf(STALE);
  const blockAt = (index: number): string => join(path, `msgs/${index}.blk`);
  let messages = 0n;
  editFile(join(path, 'msgs/index.db'), (bytes) => {
    const parsed = parseIndex(bytes);
    const known = parsed.ok ? parsed.value.blocks[0] : undefined;
    if (!parsed.ok || known === undefined) throw new Error('no index');
    const blocks = BLOCKS.map((index) => {
      const records = recordsOf(readFileSync(blockAt(index)));
      const seqs = records.map(({ seq }) => seq).filter((seq) => seq < MAX_SEQUENCE);
      const firstSeq = (seqs[0] ?? 0n) + (index > 2 ? claimed : 0n);
      const lastSeq = (seqs.at(-1) ?? 0n) + (index > 1 ? claimed : 0n);
      if (index === 2)
        writeFileSync(
          blockAt(2),
          Buffer.concat(
            [firstSeq, lastSeq].map((seq) => record(hashKey('STALE-2'), seq, 'stale', new Uint8Array(8))),
          ),
        );
      messages += lastSeq - firstSeq + 1n;
      return { ...known, index, firstSeq, lastSeq, numDeleted: 0n, deleted: NO_PACKED };
    });
    const lastChecksum = readFileSync(blockAt(4)).subarray(-8);
    const [firstSeq, lastSeq] = [blocks[0]?.firstSeq ?? 0n, blocks.at(-1)?.lastSeq ?? 0n];
    const bytesListed = blocks.reduce((sum, block) => sum + block.bytes, 0n);
    return writeIndex(
      {
        ...parsed.value,
        version: 1,
        messages,
        bytes: bytesListed,
        firstSeq,
        lastSeq,
        blocks,
        lastBlockIndex: 4,
        lastChecksum,
      },
      'STALE',
    );
  });
  editFile(blockAt(1), (bytes) => {
    bytes.writeUInt32LE(0x7fff_fff0, 0);
    return bytes;
  });
  editFile(join(path, 'meta.inf'), (bytes) =>
    Buffer.from(bytes.toString().replace('"max_msgs":-1', `"max_msgs":${messages - beyond}`)),
  );
  const sum = keyedSum('STALE', readFileSync(join(path, 'meta.inf')));
  writeFileSync(join(path, 'meta.sum'), Buffer.from(sum).toString('hex'));
  return path;
}

/** Runs a command that is ended where it takes too long, which a loop in this process could not be. */
function exitInTime(command: 'verify' | 'preflight', path: string): number | null {
  const args = [join(ROOT, 'bin/natsarc.js'), command, path];
  return spawnSync(process.execPath, args, { timeout: 20_000, killSignal: 'SIGKILL', maxBuffer: 1 << 28 })
    .status;
}

it.each([5n, 40n, 150n])(
  'an index.db that claims 10^12 messages, of which a limit takes %d',
  { timeout: 60_000 },
  (beyond) => {
    const path = claiming(10n ** 12n, beyond);
    expect(exitInTime('verify', path)).toBe(2);
    expect(exitInTime('preflight', path)).toBe(2);
  },
);
