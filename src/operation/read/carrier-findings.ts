import { framingFaults } from '../../container/open-source.ts';
import { makeFinding, type Finding } from '../../findings/finding.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { checkedSpans, type ScanResult } from '../../workers/jobs/scan.ts';

/** What is damaged in the chunks of a V1 snapshot that were read whole so far, as far as it is not `known`. */
export function carrierFindingsSoFar(archive: StreamArchive, known: readonly Finding[] = []): Finding[] {
  const { parts } = archive;
  if (parts.form !== 'v1' || parts.carrier === null) return [];
  const told = new Set(
    known.filter((finding) => finding.file === parts.label).map((finding) => finding.offset),
  );
  return framingFaults(parts.carrier.open())
    .filter((fault) => !told.has(fault.offsetBytes))
    .map((fault) => makeFinding(fault, { ...archive.place, file: parts.label }));
}

/**
 * Reads the chunks that no block lies in (headers, small files), so that every chunk of a snapshot is checked. `results`: of all
 * its blocks. Throws SourceError.
 */
export function carrierFindings(
  archive: StreamArchive,
  results: Iterable<ScanResult>,
  known: readonly Finding[],
): Finding[] {
  const { parts } = archive;
  if (parts.form !== 'v1' || parts.carrier === null) return [];
  const source = parts.carrier.open();
  const checked = Array.from(results, checkedSpans).flat();
  checked.sort(([a], [b]) => a - b);
  const window = new Uint8Array(256 * 1024);
  let at = 0;
  for (const [from, to] of [...checked, [source.sizeBytes, source.sizeBytes] as const]) {
    // Whole windows: the little that is wanted of a chunk would leave it unchecked.
    while (at < from) at += source.read(window, at) || from - at;
    at = Math.max(at, to);
  }
  return carrierFindingsSoFar(archive, known);
}
