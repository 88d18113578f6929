import { firstThat } from '../../../core/first-that.ts';
import { unpackRanges } from '../../../core/packed-ranges.ts';
import { intersectRanges, oneRange } from '../../../core/sequence-ranges.ts';
import type { ReadBlock } from '../blocks/block-damage.ts';

/** Whether a block has a message of one of these sequences. */
export function holdsAny({ content }: ReadBlock, fromSeq: bigint, toSeq: bigint): boolean {
  const { present } = content;
  if (present.count === 0n || present.first > toSeq || present.last < fromSeq || fromSeq > toSeq)
    return false;
  return intersectRanges(unpackRanges(present), oneRange(fromSeq, toSeq)).length > 0;
}

/** Blocks by what they hold: only those are looked into that may hold what is asked for. */
export class SequenceHolders {
  /** By their first sequences. */
  readonly #blocks: readonly ReadBlock[];
  /** Of each the highest sequence up to there. */
  readonly #lastUpTo: BigUint64Array;

  constructor(blocks: readonly ReadBlock[]) {
    this.#blocks = blocks
      .filter(({ content }) => content.present.count > 0n)
      .toSorted((a, b) => (a.content.present.first < b.content.present.first ? -1 : 1));
    let last = 0n;
    this.#lastUpTo = BigUint64Array.from(this.#blocks, ({ content: { present } }) => {
      if (present.last > last) ({ last } = present);
      return last;
    });
  }

  /** Whether any block but those of a number holds one of these sequences. */
  isHeldBeside(number: number, fromSeq: bigint, toSeq: bigint): boolean {
    let at = firstThat(this.#lastUpTo, (last) => last >= fromSeq);
    for (let read = this.#blocks[at]; read !== undefined; read = this.#blocks[++at]) {
      if (read.content.present.first > toSeq) return false;
      if (read.block.owner.number !== number && holdsAny(read, fromSeq, toSeq)) return true;
    }
    return false;
  }
}
