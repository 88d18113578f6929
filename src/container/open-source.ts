import type { Fault } from '../findings/finding.ts';
import type { ByteSource, SourceDescriptor } from '../source/byte-source.ts';
import { FileSource } from '../source/file.ts';
import { MemorySource } from '../source/memory.ts';
import { SliceSource } from '../source/slice.ts';
import { S2Source, type EncodedChunk } from './s2-source.ts';

/**
 * Opens the bytes that a descriptor names, in any thread. The caller closes. `endBytes`: nothing from there on is
 * expected to be read. Throws SourceError.
 */
export function openSource(descriptor: SourceDescriptor, endBytes = Infinity): ByteSource {
  switch (descriptor.kind) {
    case 'file':
      return new FileSource(descriptor.path);
    case 'memory':
      return new MemorySource(descriptor.bytes);
    case 'slice':
      return new SliceSource(
        openSource(descriptor.of, descriptor.offsetBytes + Math.min(descriptor.lengthBytes, endBytes)),
        descriptor.offsetBytes,
        descriptor.lengthBytes,
      );
    case 's2':
      return new S2Source(openSource(descriptor.of), descriptor.index, endBytes);
  }
}

/** Decoded offsets from, to of the chunks of an S2 stream under a source that were read and checked. */
export function checkedChunks(source: ByteSource): readonly number[] {
  if (source instanceof S2Source) return source.checked;
  return source instanceof SliceSource ? checkedChunks(source.of) : [];
}

/** The compressed chunks of a snapshot that hold bytes of a source: one of its files. */
export function encodedChunks(source: ByteSource): Iterable<EncodedChunk> {
  if (!(source instanceof SliceSource) || !(source.of instanceof S2Source)) return [];
  return source.of.encodedChunks(source.offsetBytes, source.sizeBytes);
}

/** What an S2 stream under a source turned out to have wrong, as far as it was read. */
export function framingFaults(source: ByteSource): readonly Fault[] {
  if (source instanceof S2Source) return source.faults;
  return source instanceof SliceSource ? framingFaults(source.of) : [];
}
