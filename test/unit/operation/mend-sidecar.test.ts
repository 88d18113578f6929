import { describe, expect, it } from 'vitest';
import { packRanges } from '../../../src/core/packed-ranges.ts';
import { ByteWriter } from '../../../src/core/bytes/byte-writer.ts';
import { CancelledError } from '../../../src/core/error.ts';
import { oneRange, rangesOf } from '../../../src/core/sequence-ranges.ts';
import { STORE_FILE_MAGIC } from '../../../src/format/file-magic.ts';
import { writeBlockIndex } from '../../../src/format/block-index/write.ts';
import { writeSequenceSet } from '../../../src/format/sequence-set/write.ts';
import type { ReadBlock } from '../../../src/operation/salvage/blocks/block-damage.ts';
import { judgeSidecar } from '../../../src/operation/salvage/proofs/mend-sidecar.ts';

const MESSAGE_BYTES = 100;
const SUM = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);

/** A block of messages 1..count, all sound. */
function blockOf(count: number): ReadBlock {
  const message = (seq: bigint): object => ({ seq, storedBytes: MESSAGE_BYTES });
  const open = (): object => {
    let seq = 0n;
    return { next: () => (seq < count ? message(++seq) : null), close: () => {} };
  };
  return {
    block: { scan: { lastChecksum: SUM } },
    content: { runs: () => [{ open }], present: packRanges(oneRange(1n, BigInt(count))) },
  } as unknown as ReadBlock;
}

describe('an .idx beside a whole block', () => {
  it('fits where its set of deletes names one that lies before its first message too', async () => {
    const writer = new ByteWriter();
    writer.u8(STORE_FILE_MAGIC).u8(2).uvarint(7n).uvarint(700n).uvarint(3n).varint(1n).uvarint(10n);
    writer.varint(9n).uvarint(1n).bytes(SUM);
    writeSequenceSet(writer, rangesOf(BigUint64Array.of(2n, 5n)));
    expect(await judgeSidecar(writer.written.slice(), blockOf(10), undefined)).toBe('fits');
  });

  it('a long search lets a signal through', async () => {
    const count = 400_000;
    const deleted = rangesOf(BigUint64Array.from({ length: 1800 }, (_, i) => BigInt(2 * i + 2)));
    const bytes = writeBlockIndex({
      messages: BigInt(count) - BigInt(1800),
      // What no single bit explains.
      bytes: 12_345n,
      firstSeq: 1n,
      firstTimeNs: 1n,
      lastSeq: BigInt(count),
      lastTimeNs: 2n,
      deleted,
      lastChecksum: SUM,
    }).slice();
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 10);
    await expect(judgeSidecar(bytes, blockOf(count), abort.signal)).rejects.toThrow(CancelledError);
  });
});
