import type { StreamEvidence } from '../../../check/stream-evidence.ts';
import type { SoundChunks } from '../../../codec/s2/pass-gap.ts';
import { firstThat } from '../../../core/first-that.ts';
import { descriptorOf } from '../../../model/read-entry.ts';
import type { S2IndexColumns } from '../../../source/byte-source.ts';
import { checkedSpans, type CheckedSpan } from '../../../workers/jobs/scan.ts';

/**
 * The chunks of the snapshot around a stream in which a first reading of its blocks found nothing wrong: of those that its index has a
 * row for, which all are that a server makes.
 */
export function soundChunks({ archive, results }: Pick<StreamEvidence, 'archive' | 'results'>): SoundChunks {
  const { parts } = archive;
  const carrier = 'carrier' in parts ? parts.carrier : null;
  if (parts.form !== 'v1' || carrier === null) return NONE;
  const slice = descriptorOf(carrier);
  if (slice.kind !== 'slice' || slice.of.kind !== 's2' || slice.of.of.kind !== 'file') return NONE;
  const { index, of: file } = slice.of;
  const found = [...results.values()];
  const checked = joined(found.flatMap(checkedSpans));
  const damaged = new Set(
    found.flatMap(({ carrierFaults }) => carrierFaults.map((fault) => fault.offsetBytes)),
  );
  return (path, encodedAt) => {
    const decodedAt = path === file.path && !damaged.has(encodedAt) ? decodedOffset(index, encodedAt) : null;
    return decodedAt !== null && isWithin(checked, decodedAt);
  };
}

const NONE: SoundChunks = () => false;

/** Ascending, none touching the next. */
function joined(pairs: readonly CheckedSpan[]): CheckedSpan[] {
  const all: CheckedSpan[] = [];
  for (const [from, to] of pairs.toSorted(([a], [b]) => a - b)) {
    const last = all.at(-1);
    if (last === undefined || from > last[1]) all.push([from, to]);
    else all[all.length - 1] = [last[0], Math.max(last[1], to)];
  }
  return all;
}

/** Where a chunk that begins at an encoded offset begins decoded; null where the index has no row for it. */
function decodedOffset({ encodedOffsets, decodedOffsets }: S2IndexColumns, encodedAt: number): number | null {
  const row = firstThat(encodedOffsets, (at) => at >= encodedAt);
  return encodedOffsets[row] === encodedAt ? (decodedOffsets[row] ?? null) : null;
}

function isWithin(pairs: readonly CheckedSpan[], offset: number): boolean {
  const [from, to] = pairs[firstThat(pairs, ([begin]) => begin > offset) - 1] ?? [0, 0];
  return offset >= from && offset < to;
}
