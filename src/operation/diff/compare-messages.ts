import { RangeBuilder } from '../../core/range-builder.ts';
import {
  clipRanges,
  countSequences,
  eachRange,
  intersectRanges,
  mergeRanges,
  NO_SEQUENCES,
  subtractRanges,
  type SequenceRanges,
} from '../../core/sequence-ranges.ts';
import type { SubjectMapping } from '../../core/subject-map.ts';
import { fingerprintReader } from './fingerprints-of-side.ts';
import type { Side } from './side.ts';

/** Where the messages of two sides differ. */
export interface MessageSets {
  readonly onlyA: SequenceRanges;
  readonly onlyB: SequenceRanges;
  readonly changed: SequenceRanges;
  readonly same: bigint;
}

/** How many fingerprints of a side are held at a time: 8 MiB. */
const WINDOW_MESSAGES = 1n << 20n;

/**
 * Compares the live messages of two sides: by sequence, then by fingerprint where they do not lie in equal blocks. null
 * where a side's messages cannot be read. Throws SourceError, CancelledError.
 */
export async function compareMessages(
  a: Side,
  b: Side,
  mappings: readonly SubjectMapping[],
): Promise<MessageSets | null> {
  if (a.live === null || b.live === null) return null;
  const common = intersectRanges(a.live, b.live);
  const settled = mappings.length > 0 ? NO_SEQUENCES : inEqualBlocks(a, b);
  const open = subtractRanges(common, settled);
  const changed = open.length === 0 ? NO_SEQUENCES : await changedMessages(a, b, open, mappings);
  return {
    onlyA: subtractRanges(a.live, b.live),
    onlyB: subtractRanges(b.live, a.live),
    changed,
    same: countSequences(common) - countSequences(changed),
  };
}

/** Messages that both sides take from blocks with the same bytes. */
function inEqualBlocks(a: Side, b: Side): SequenceRanges {
  const ofB = new Map((b.evidence?.sets ?? []).map((set) => [set.block.index, set.live]));
  const sets = (a.evidence?.sets ?? []).flatMap(({ block, live }) => {
    const other = isEqualBlock(a, b, block.index) ? ofB.get(block.index) : undefined;
    return other === undefined ? [] : [intersectRanges(live, other)];
  });
  return mergeRanges(sets);
}

/** Two that are the same as the first are the same. */
function isEqualBlock(a: Side, b: Side, index: number): boolean {
  return a.twinBlocks.has(index) && b.twinBlocks.has(index);
}

async function changedMessages(
  a: Side,
  b: Side,
  open: SequenceRanges,
  mappings: readonly SubjectMapping[],
): Promise<SequenceRanges> {
  const [readerA, readerB] = [fingerprintReader(a, mappings), fingerprintReader(b, [])];
  const changed: SequenceRanges[] = [];
  try {
    for (const window of windowsOf(open)) {
      // One behind the other: each uses all threads, and a thread costs its memory.
      const printsA = await readerA.of(window);
      changed.push(unequal(window, printsA, await readerB.of(window)));
    }
  } finally {
    readerA.close();
    readerB.close();
  }
  return mergeRanges(changed);
}

/** The set in parts that are compared at once. */
function* windowsOf(open: SequenceRanges): Generator<SequenceRanges> {
  let from = open[0] ?? 0n;
  let held = 0n;
  for (const [first, last] of eachRange(open)) {
    let next = first;
    while (held + last - next + 1n >= WINDOW_MESSAGES) {
      const to = next + WINDOW_MESSAGES - held - 1n;
      yield clipRanges(open, from, to);
      from = next = to + 1n;
      held = 0n;
    }
    held += last - next + 1n;
  }
  if (held > 0n) yield clipRanges(open, from, open.at(-1) ?? 0n);
}

function unequal(window: SequenceRanges, a: BigUint64Array, b: BigUint64Array): SequenceRanges {
  const pairs = new RangeBuilder();
  let rank = 0;
  for (const [from, to] of eachRange(window))
    for (let seq = from; seq <= to; seq++, rank++) {
      if (a[rank] !== b[rank]) pairs.add(seq, seq);
    }
  return pairs.take();
}
