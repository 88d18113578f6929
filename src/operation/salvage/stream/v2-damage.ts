import type { V2Span } from '../../../container/v2-spans.ts';
import type { ManifestState } from '../../../format/manifest/types.ts';
import type { Damage } from '../types.ts';

/** How the body of a V2 archive looks where no message was found. */
export interface V2Gaps {
  /** Decoded bytes from, to of the chunks that do not decode to what they held. */
  readonly damaged: readonly (readonly [fromBytes: number, toBytes: number])[];
  /** Whether the end mark was met. */
  readonly hasEnd: boolean;
}

/**
 * What the messages before, between and behind the spans were. `known`: the state that the archive declares; without one
 * nothing tells what came before the first and behind the last.
 */
export function damagesBetween(
  file: string,
  spans: readonly V2Span[],
  known: ManifestState | null,
  { damaged, hasEnd }: V2Gaps,
): Damage[] {
  const isHit = (fromBytes: number, toBytes: number | null): boolean =>
    toBytes === null || damaged.some(([from, to]) => from < toBytes && to > fromBytes);
  const chunk = (fromBytes: number, toBytes: number | null, from: bigint, to: bigint): Damage => ({
    file,
    offsetBytes: fromBytes,
    lengthBytes: toBytes === null ? null : toBytes - fromBytes,
    code: isHit(fromBytes, toBytes) ? 'S2_CHUNK_CORRUPT' : 'BLK_RECORD_MALFORMED',
    from,
    to,
    isOpen: false,
  });
  const [first, last] = [spans[0], spans.at(-1)];
  const damages = spans
    .slice(1)
    .map((next, i) => [spans[i] ?? next, next] as const)
    .map(([span, next]) => chunk(span.endBytes, next.startBytes, span.lastSeq + 1n, next.firstSeq - 1n));
  const isStartHit = first !== undefined && damaged.some(([from]) => from < first.startBytes);
  if (first !== undefined && known !== null && known.firstSeq > 0n)
    damages.unshift(chunk(0, first.startBytes, known.firstSeq, first.firstSeq - 1n));
  else if (isStartHit && first.firstSeq > 1n)
    damages.unshift({ ...chunk(0, first.startBytes, 1n, 0n), isOpen: true });
  const endBytes = last?.endBytes ?? 0;
  const from = last === undefined ? (known?.firstSeq ?? 1n) : last.lastSeq + 1n;
  const isEndDamaged = hasEnd || damaged.some(([, to]) => to > endBytes);
  damages.push({
    ...chunk(endBytes, null, from > 0n ? from : 1n, known?.lastSeq ?? 0n),
    code: isEndDamaged ? 'S2_CHUNK_CORRUPT' : 'V2_CUT',
    isOpen: known === null && !hasEnd,
  });
  return damages;
}
