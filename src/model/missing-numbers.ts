import type { BlockFile } from './stream-archive.ts';

/** A block by its number, with the first and the last sequence that it has a message of; 0n and 0n of one that has none. */
export interface NumberedBlock {
  readonly number: number;
  readonly firstSeq: bigint;
  readonly lastSeq: bigint;
}

/** Sequences between two blocks of which a number between theirs is missing. */
export interface NumberHole {
  /** The first number that is missing, and that of the block behind. */
  readonly missing: number;
  readonly before: number;
  readonly fromSeq: bigint;
  readonly toSeq: bigint;
}

/**
 * Whether it tells anything that a number is missing: a server up to 2.9 leaves no trace of a block that it removed, and with its
 * `.idx` files no other is needed.
 */
export function doNumbersTell(blocks: readonly Pick<BlockFile, 'sidecar'>[]): boolean {
  return blocks.every(({ sidecar }) => sidecar === null);
}

/**
 * Where numbers are missing between blocks, and sequences with them. A server removes a block whose last message was deleted;
 * a block file that was lost leaves the same trace. `blocks`: those with any content.
 */
export function* numberHoles(blocks: readonly NumberedBlock[]): Generator<NumberHole> {
  const rising = blocks.toSorted((a, b) => a.number - b.number);
  const numbers = new Set(rising.map(({ number }) => number));
  let before: NumberedBlock | null = null;
  for (const block of rising) {
    if (block.firstSeq === 0n) continue;
    if (before !== null && block.firstSeq > before.lastSeq + 1n) {
      let missing = before.number + 1;
      while (missing < block.number && numbers.has(missing)) missing++;
      if (missing < block.number)
        yield { missing, before: block.number, fromSeq: before.lastSeq + 1n, toSeq: block.firstSeq - 1n };
    }
    before = block;
  }
}
