import { checksumFits } from '../format/block/checksum.ts';
import { SEQ_FLAGS, seqWordAt } from '../format/block/record.ts';
import type { BlockFile } from '../model/stream-archive.ts';
import type { SourceDescriptor } from '../source/byte-source.ts';
import { NumberGuess, type BlockStart } from './number-guess.ts';
import { ownerProbes } from './owner-probes.ts';

export interface BlockOwner {
  readonly name: string;
  readonly number: number;
}

/** What one try takes beside the bytes that are summed, as so many bytes. */
const TRY_BYTES = 1024;
/** What a block may take for itself: a hundred tries of short records, and a few of its longest one. */
const BLOCK_BYTES = 128 * 1024;
const LONGEST_TIMES = 4;
/** What all may take beyond that: where blocks match nothing, no more than a second goes into it. */
const SHARED_BYTES = 256 * 1024 * 1024;

/**
 * Whose records blocks hold, by trying the keys of names and numbers (`NAME-N`) on the first that look whole. The likely ones come
 * first: the block's own number, the shift of the one before, what its first sequence tells. Of blocks that match nothing, only a
 * part of all numbers is tried once there are thousands: the work grows with the number of blocks, not with its square.
 */
export class OwnerSearch {
  readonly #guess: NumberGuess;
  readonly #names: readonly string[];
  #shift = 0;
  #leftBytes = SHARED_BYTES;

  /** `names`: the most likely first. `starts`: what is known of other blocks. */
  constructor(names: readonly string[], numbers: Iterable<number>, starts: readonly BlockStart[] = []) {
    this.#names = names;
    this.#guess = new NumberGuess(numbers, starts);
  }

  /** Of the block with this number; null where nothing fits, `unreadable` where no record looks whole. Throws SourceError. */
  find(descriptor: SourceDescriptor, fileNumber: number): BlockOwner | null | 'unreadable' {
    const probes = ownerProbes(descriptor);
    if (probes.length === 0) return 'unreadable';
    let ownBytes = BLOCK_BYTES + LONGEST_TIMES * Math.max(...probes.map(({ length }) => length));
    for (const [probe, name, number] of this.#tries(probes, fileNumber)) {
      const tryBytes = TRY_BYTES + probe.length;
      if (ownBytes >= tryBytes) ownBytes -= tryBytes;
      else if (this.#leftBytes >= tryBytes) this.#leftBytes -= tryBytes;
      else return null;
      if (!checksumFits(probe, `${name}-${number}`)) continue;
      this.#shift = number - fileNumber;
      this.#guess.learn({ number, firstSeq: seqOf(probe) });
      return { name, number };
    }
    return null;
  }

  *#tries(probes: readonly Buffer[], fileNumber: number): Generator<readonly [Buffer, string, number]> {
    const near = new Set([fileNumber, fileNumber + this.#shift]);
    for (const probe of probes)
      for (const number of near) for (const name of this.#names) yield [probe, name, number];
    for (const probe of probes)
      for (const number of this.#guess.outward(seqOf(probe), fileNumber))
        for (const name of this.#names) yield [probe, name, number];
  }
}

function seqOf(probe: Buffer): bigint {
  return seqWordAt(probe, 0) & ~SEQ_FLAGS;
}

/** Numbers of the files, those an index lists, and the first and next ones: any of them may be whose block this is. */
export function candidateNumbers(blocks: readonly BlockFile[], listed: readonly number[]): Set<number> {
  const numbers = new Set([...blocks.map((block) => block.index), ...listed]);
  const highest = [...numbers].reduce((a, b) => Math.max(a, b), 0);
  for (let number = 0; number <= 64; number++) numbers.add(number);
  for (let number = highest + 1; number <= highest + 16; number++) numbers.add(number);
  return numbers;
}
