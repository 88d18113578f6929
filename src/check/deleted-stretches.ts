import {
  clipRanges,
  MAX_SEQUENCE,
  mergeRanges,
  NO_SEQUENCES,
  oneRange,
  rangesOf,
  subtractRanges,
  type SequenceRanges,
} from '../core/sequence-ranges.ts';
import { unpackRanges, type PackedRanges } from '../core/packed-ranges.ts';
import { isBelowMessage } from '../format/block/record.ts';
import type { StreamIndex } from '../format/index/types.ts';
import type { ScanFault } from '../kernels/scan-fault.ts';
import { BlockNeighbours } from '../model/block-neighbours.ts';
import { listedBlocks } from '../model/listed-blocks.ts';
import { allTombstones, indexedLive, type BlockLiveSet } from '../model/live-set.ts';
import { descriptorOf } from '../model/read-entry.ts';
import { isIndexOf } from './index-of-blocks.ts';
import { isIndexCut } from './index-vs-blocks.ts';
import type { StreamEvidence } from './stream-evidence.ts';

/** What an index lists as live of a block, within it and where it is cut; null: nothing tells. */
type Listed = readonly [within: SequenceRanges | null, atCut: SequenceRanges | null];

function allOf(expected: PackedRanges): Listed {
  const live = unpackRanges(expected);
  return [live, live];
}

/** Tells of damaged stretches whether a message can have been in them that was not deleted. */
export class DeletedStretches {
  readonly #evidence: StreamEvidence;
  #gone: SequenceRanges | null = null;
  #neighbours: BlockNeighbours | null = null;
  #olderIndex: { readonly index: StreamIndex | null; readonly isCut: boolean } | null = null;

  constructor(evidence: StreamEvidence) {
    this.#evidence = evidence;
  }

  /** Of the stretches of one block: whether all that may have been in one is known to be deleted. Throws SourceError. */
  in(set: BlockLiveSet): (fault: ScanFault) => boolean {
    const [listed, listedAtCut] = set.expected === null ? this.#listed(set) : allOf(set.expected);
    return (fault) => {
      const { kind, seqBefore, seqAfter } = fault;
      if (kind === 'structure' || kind === 'order') return false;
      if (kind !== 'tail' && isBelowMessage(fault.lengthBytes)) return true;
      const live = kind === 'tail' ? listedAtCut : listed;
      const to = seqAfter > 0n ? seqAfter - 1n : MAX_SEQUENCE;
      if (live !== null) return clipRanges(live, seqBefore + 1n, to).length === 0;
      return kind !== 'tail' && this.#isGone(fault);
    };
  }

  /** Whether tombstones and erased records tell that all was deleted which may have been there. */
  #isGone({ seq: claimed, seqBefore, seqAfter }: ScanFault): boolean {
    const firstSeq = seqBefore + 1n;
    const above = seqAfter > 0n ? seqAfter : this.#nearestAbove(seqBefore);
    const lastSeq = above > 0n ? above - 1n : claimed === firstSeq ? claimed : 0n;
    if (firstSeq > lastSeq) return false;
    this.#gone ??= deletedByRecords(this.#evidence);
    return subtractRanges(oneRange(firstSeq, lastSeq), this.#gone).length === 0;
  }

  /** 0n: nothing is above. */
  #nearestAbove(seq: bigint): bigint {
    this.#neighbours ??= new BlockNeighbours(
      this.#evidence.sets.map(({ block, scan }) => ({
        number: block.index,
        lowSeq: scan.firstSeq,
        highSeq: scan.lastSeq,
      })),
    );
    return this.#neighbours.above(seq);
  }

  /**
   * What may have been live in a block by an index.db that is not current, and is of these blocks: what it lists, and all that came
   * later. Nothing came later into a block behind which it knows another, nor behind an end that it knew to be where the block is cut.
   */
  #listed({ block }: BlockLiveSet): Listed {
    const { index, isCut } = (this.#olderIndex ??= this.#findOlderIndex());
    if (index === null || block.index > index.lastBlockIndex) return [null, null];
    const listed = listedBlocks(index).get(block.index);
    const live = listed === undefined ? NO_SEQUENCES : indexedLive(listed);
    if (block.index < index.lastBlockIndex) return [live, live];
    const withLater = mergeRanges([live, oneRange(index.lastSeq + 1n, MAX_SEQUENCE)]);
    return [withLater, isCut ? live : withLater];
  }

  #findOlderIndex(): { readonly index: StreamIndex | null; readonly isCut: boolean } {
    const { archive, sets } = this.#evidence;
    const { index, indexStanding, name } = archive;
    if (index === null || indexStanding === 'current') return { index: null, isCut: false };
    const blocks = sets.map(({ block, scan }) => ({
      owner: { name, number: block.index },
      descriptor: descriptorOf(block.entry),
      scan,
    }));
    const isProven = isIndexOf(index, indexStanding, blocks);
    return { index: isProven ? index : null, isCut: isProven && isIndexCut(archive, sets) };
  }
}

function deletedByRecords({ sets }: StreamEvidence): SequenceRanges {
  const scans = new Map(sets.map(({ block, scan }) => [block.index, scan]));
  return mergeRanges([allTombstones(scans), ...sets.map(({ scan }) => rangesOf(scan.erasedSeqs))]);
}
