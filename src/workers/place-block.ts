import type { PlaceJob, PlaceResult } from './jobs/place.ts';
import { isThere } from './read-back.ts';
import { writeAt } from './write-at.ts';

/** Writes the chunks of a block into a snapshot and reads them back. Throws ToolError. */
export function placeBlock({ chunks, place: { descriptor, path, offsetBytes } }: PlaceJob): PlaceResult {
  writeAt(descriptor, chunks, offsetBytes);
  const lengthBytes = chunks.length;
  const written = { kind: 'slice', of: { kind: 'file', path }, offsetBytes, lengthBytes } as const;
  return { kind: 'place', isThere: isThere(written, chunks) };
}
