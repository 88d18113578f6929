import type { V2Span } from '../../container/v2-spans.ts';
import { NO_SEQUENCES, oneRange, type SequenceRanges } from '../../core/sequence-ranges.ts';
import type { ManifestState } from '../../format/manifest/types.ts';
import type { Damage } from './types.ts';

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
  const chunk = (fromBytes: number, toBytes: number | null, seqs: SequenceRanges): Damage => ({
    file,
    offsetBytes: fromBytes,
    lengthBytes: toBytes === null ? null : toBytes - fromBytes,
    code: 'S2_CHUNK_CORRUPT',
    seqs,
    isOpen: false,
  });
  const [first, last] = [spans[0], spans.at(-1)];
  const damages = spans
    .slice(1)
    .map((next, i) => [spans[i] ?? next, next] as const)
    .map(([span, next]) =>
      chunk(span.endBytes, next.startBytes, oneRange(span.lastSeq + 1n, next.firstSeq - 1n)),
    );
  const isStartHit = first !== undefined && damaged.some(([from]) => from < first.startBytes);
  if (first !== undefined && known !== null && known.firstSeq > 0n)
    damages.unshift(chunk(0, first.startBytes, oneRange(known.firstSeq, first.firstSeq - 1n)));
  else if (isStartHit && first.firstSeq > 1n)
    damages.unshift({ ...chunk(0, first.startBytes, NO_SEQUENCES), isOpen: true });
  const endBytes = last?.endBytes ?? 0;
  const from = last === undefined ? (known?.firstSeq ?? 1n) : last.lastSeq + 1n;
  const behind = known === null ? NO_SEQUENCES : oneRange(from > 0n ? from : 1n, known.lastSeq);
  const isEndDamaged = hasEnd || damaged.some(([, to]) => to > endBytes);
  damages.push({
    ...chunk(endBytes, null, behind),
    code: isEndDamaged ? 'S2_CHUNK_CORRUPT' : 'V2_CUT',
    isOpen: known === null && !hasEnd,
  });
  return damages;
}
