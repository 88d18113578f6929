import type { StreamEvidence } from '../../check/stream-evidence.ts';
import { orSourceError, SourceError } from '../../core/error.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { descriptorOf } from '../../model/read-entry.ts';
import type { SourceDescriptor } from '../../source/byte-source.ts';
import type { ScanResult } from '../../workers/jobs/scan.ts';

/** Blocks that may be the same, by number: under the same key, and such as can be opened. */
export function twinBlocksOf(first: StreamArchive, other: StreamArchive): Map<number, SourceDescriptor> {
  const isReadable = first.encrypted === null && other.encrypted === null && first.name === other.name;
  const numbers = new Set(first.blocks.map((block) => block.index));
  const twins = isReadable ? other.blocks.filter((block) => numbers.has(block.index)) : [];
  return new Map(
    twins.flatMap((block) => {
      const source = orSourceError(() => descriptorOf(block.entry));
      return source instanceof SourceError ? [] : [[block.index, source] as const];
    }),
  );
}

/** What a scan of equal blocks would say: the same, but for how they are packed. */
export function knownResults(
  evidence: StreamEvidence | null,
  twins: ReadonlyMap<number, SourceDescriptor>,
  place: (index: number) => number,
): Map<number, ScanResult> {
  const known = new Map<number, ScanResult>();
  for (const index of twins.keys()) {
    const result = evidence?.results.get(index);
    const twin = result?.twins[place(index)];
    if (result === undefined || twin?.isEqual !== true) continue;
    const { compression, blockFaults, carrierFaults } = twin;
    known.set(index, { ...result, compression, blockFaults, carrierFaults, twins: [] });
  }
  return known;
}
