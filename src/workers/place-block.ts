import { indexChunks } from '../codec/s2/index-chunks.ts';
import { openSource } from '../container/open-source.ts';
import type { SourceDescriptor } from '../source/byte-source.ts';
import type { PackedPlace, PlaceJob, PlaceResult, ScanResult } from './jobs.ts';
import { LargeRecord, MAX_TOUCHED_BYTES, scanBlock } from './scan-block.ts';
import { writeAt } from './write-at.ts';

/** Writes the chunks of a block into a snapshot and reads them back. Throws ToolError, SourceError. */
export function placeBlock({ chunks, place, check }: PlaceJob): PlaceResult {
  writeAt(place.descriptor, chunks, place.offsetBytes);
  try {
    const found = scanBlock(
      { kind: 'scan', source: sourceOf(place, chunks.length), ...check },
      MAX_TOUCHED_BYTES,
    );
    return { kind: 'place', readBack: found.carrierFaults.length > 0 ? null : inSnapshot(found, place) };
  } catch (error) {
    if (error instanceof LargeRecord) return { kind: 'place', readBack: null };
    throw error;
  }
}

/** The block, from the chunks in the file alone. */
function sourceOf(
  { path, offsetBytes, headBytes, contentBytes }: PackedPlace,
  lengthBytes: number,
): SourceDescriptor {
  const of = { kind: 'slice', of: { kind: 'file', path }, offsetBytes, lengthBytes } as const;
  const chunks = openSource(of);
  try {
    const { index } = indexChunks((target, at) => chunks.read(target, at), lengthBytes);
    return {
      kind: 'slice',
      of: { kind: 's2', of, index },
      offsetBytes: headBytes,
      lengthBytes: contentBytes,
    };
  } finally {
    chunks.close();
  }
}

/** As a scan of the whole snapshot would tell it. */
function inSnapshot(found: ScanResult, { decodedAt }: PackedPlace): ScanResult {
  return { ...found, carrierChecked: found.carrierChecked.map((offsetBytes) => offsetBytes + decodedAt) };
}
