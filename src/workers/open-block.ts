import { openCompressedBlock } from '../container/compressed-block.ts';
import { openSource } from '../container/open-source.ts';
import type { Fault } from '../findings/finding.ts';
import type { ByteSource, SourceDescriptor } from '../source/byte-source.ts';

/** One block, open for reading decoded bytes. */
export interface OpenBlock {
  readonly content: ByteSource;
  readonly compression: 'none' | 's2';
  /** Faults met so far in the block's own compression, and in the snapshot around it. */
  blockFaults(): readonly Fault[];
  carrierFaults(): readonly Fault[];
  close(): void;
}

interface Faulty {
  readonly faults: readonly Fault[];
}

function faultsOf(source: ByteSource): readonly Fault[] {
  return 'faults' in source ? (source as ByteSource & Faulty).faults : [];
}

/** Opens a block whatever packs it: a plain file, a compressed one, an entry of a snapshot. Throws SourceError. */
export function openBlock(descriptor: SourceDescriptor): OpenBlock {
  const file = openSource(descriptor);
  const compressed = openCompressedBlock(file);
  return {
    content: compressed ?? file,
    compression: compressed === null ? 'none' : 's2',
    blockFaults: () => compressed?.faults ?? [],
    carrierFaults: () => faultsOf(file),
    close: () => file.close(),
  };
}
