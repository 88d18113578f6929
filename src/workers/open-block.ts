import { openCompressedBlock } from '../container/compressed-block.ts';
import { checkedChunks, framingFaults, openSource, encodedChunks } from '../container/open-source.ts';
import type { EncodedChunk } from '../container/s2-source.ts';
import type { Fault } from '../findings/finding.ts';
import type { ByteSource, SourceDescriptor } from '../source/byte-source.ts';
import { MemorySource } from '../source/memory.ts';
import { openIfHeadless } from './headless-block.ts';

/** One block, open for reading decoded bytes. */
export interface OpenBlock {
  readonly content: ByteSource;
  readonly compression: 'none' | 's2';
  /** Faults met so far in the block's own compression, and in the snapshot around it. */
  blockFaults(): readonly Fault[];
  carrierFaults(): readonly Fault[];
  /** Decoded offsets from, to of the chunks of that snapshot that were checked so far. */
  carrierChecked(): readonly number[];
  /** Chunks that hold bytes of the block, wherever it is compressed. */
  encodedChunks(): Iterable<EncodedChunk>;
  close(): void;
}

/** Bytes of kernel memory as a block: they are checked where they lie, and stay as they are. */
export function memoryBlock(bytes: Uint8Array): OpenBlock {
  const memory = new MemorySource(bytes);
  const content = Object.assign(memory, {
    lend: (offsetBytes: number, mostBytes: number) => bytes.subarray(offsetBytes, offsetBytes + mostBytes),
  });
  return {
    content,
    compression: 'none',
    blockFaults: () => [],
    carrierFaults: () => [],
    carrierChecked: () => [],
    encodedChunks: () => [],
    close: () => {},
  };
}

/**
 * Opens a block whatever packs it: a plain file, a compressed one, an entry of a snapshot. `salvage`: go past damage of
 * its compression. `endBytes`: nothing from there on is expected to be read. Throws SourceError.
 */
export function openBlock(descriptor: SourceDescriptor, salvage = false, endBytes?: number): OpenBlock {
  const file = openSource(descriptor, endBytes);
  const compressed = openCompressedBlock(file, salvage, endBytes) ?? (salvage ? openIfHeadless(file) : null);
  return {
    content: compressed ?? file,
    compression: compressed === null ? 'none' : 's2',
    blockFaults: () => compressed?.faults ?? [],
    carrierFaults: () => framingFaults(file),
    carrierChecked: () => checkedChunks(file),
    encodedChunks: () => compressed?.encodedChunks() ?? encodedChunks(file),
    close: () => {
      compressed?.close();
      file.close();
    },
  };
}
