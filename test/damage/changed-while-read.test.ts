import { readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { V2EntryReader } from '../../src/container/v2-entry-reader.ts';
import { SourceError } from '../../src/core/error.ts';
import { loadStream } from '../../src/operation/open/load-stream.ts';
import { withArchive } from '../../src/operation/open/open-archive.ts';
import { preflightStore } from '../../src/operation/preflight/run.ts';
import { BlockHandles } from '../../src/operation/salvage/blocks/block-handles.ts';
import { salvageStream } from '../../src/operation/salvage/stream/salvage-stream.ts';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import { copyOf, editFile, recordsOf } from '../support/damage.ts';

/** A store in which ORDERS has records twice: they are walked once more, and by then the block is cut. */
function changingStore(): string {
  const store = copyOf('2.14.5-full/store');
  const block = join(store, 'jetstream/$G/streams/ORDERS/msgs/1.blk');
  const [, , third] = recordsOf(readFileSync(block));
  editFile(block, (bytes) => Buffer.concat([bytes, bytes.subarray(0, third?.at ?? 0)]));
  const cutting = vi.spyOn(BlockHandles.prototype, 'takeWindow').mockImplementation((lengthBytes) => {
    truncateSync(block, 100);
    return Buffer.alloc(lengthBytes);
  });
  onTestFinished(() => cutting.mockRestore());
  return store;
}

describe('a block that changes between two readings', () => {
  it('verify: its stream is unreadable, the others are verified', async () => {
    const { streams, findings } = await verifyArchive(changingStore());
    const unreadable = findings.filter(({ code }) => code === 'SRC_UNREADABLE');
    expect(unreadable).toMatchObject([
      {
        stream: 'ORDERS',
        data: {
          reason: expect.stringMatching(
            /streams\/ORDERS\/msgs\/1\.blk: the archive changed while it was read$/,
          ) as string,
        },
      },
    ]);
    expect(streams.filter(({ actual }) => actual === null).map(({ name }) => name)).toEqual(['ORDERS']);
    expect(streams.length).toBeGreaterThan(10);
  });

  it('preflight: of its stream nothing is told, the others are planned', async () => {
    const { streams } = await preflightStore(changingStore());
    expect(streams.filter(({ outcome }) => outcome === null).map(({ name }) => name)).toEqual(['ORDERS']);
    expect(streams.length).toBeGreaterThan(10);
  });
});

it('an entry of a V2 archive that is no longer there makes it unreadable', async () => {
  await withArchive(copyOf('2.15.2-full/backups/$G/ORDERS'), {}, async (work) => {
    const [parts] = work.selected;
    if (parts === undefined) throw new Error('no stream');
    const salvaged = await salvageStream(loadStream(parts), work, 0, '');
    const cursor = salvaged.runs()[0]?.open();
    const gone = vi.spyOn(V2EntryReader.prototype, 'wholeAt').mockReturnValue(null);
    onTestFinished(() => gone.mockRestore());
    expect(() => cursor?.next()).toThrow(SourceError);
    expect(() => cursor?.next()).toThrow(/ORDERS\/stream\.tar\.s2: the archive changed/);
    cursor?.close();
    salvaged.close();
  });
});
