import { LooseRanges } from '../../../core/loose-ranges.ts';
import { packRanges, unpackRanges, type PackedRanges } from '../../../core/packed-ranges.ts';
import { NO_PACKED, packedGaps } from '../../../core/packed-sets.ts';
import {
  mergeRanges,
  oneRange,
  rangesOf,
  subtractRanges,
  type SequenceRanges,
} from '../../../core/sequence-ranges.ts';
import { ERASED_BIT, SEQ_FLAGS, TOMBSTONE_BIT } from '../../../format/block/record.ts';
import { eachFault, faultsOfKind } from '../../../kernels/packed-faults.ts';
import type { ScanFault } from '../../../kernels/scan-fault.ts';
import type { BlockHandles } from './block-handles.ts';
import type { MessageRun } from './message-run.ts';
import { RecordCursor, RecordWalk, type RecordSpan } from './record-cursor.ts';
import type { SalvagedBlock } from './salvage-blocks.ts';

/** What the records of one block amount to. */
export interface BlockContent {
  /** Made when they are asked for: there are as many as there is damage. */
  readonly runs: () => readonly MessageRun[];
  /** Sequences with a message record, whatever its place. */
  readonly present: PackedRanges;
  /** Sequences that its erased and skip records name. */
  readonly deleted: PackedRanges;
  /** The holes between its good records: deleted, where no current index lists them. */
  readonly holes: PackedRanges;
  /** Those that its tombstones name: most lie in other blocks. */
  readonly buried: BigUint64Array;
  /** The lowest and highest sequence with a record of its own; 0n where it has none. */
  readonly lowSeq: bigint;
  readonly highSeq: bigint;
}

/** Cuts a block into runs at its damage, and where sequences fall back. */
export function contentOf(block: SalvagedBlock, source: number, handles: BlockHandles): BlockContent {
  const { scan, faults } = block;
  const malformed = new Set(Array.from(faultsOfKind(faults, 'structure'), (fault) => fault.offsetBytes));
  const run = (span: RecordSpan, firstSeq: bigint): MessageRun => ({
    source,
    firstSeq,
    open: () => new RecordCursor(new RecordWalk(handles, block.descriptor, span), malformed),
  });
  if (faults.length === 0 && scan.erasedSeqs.length === 0) return soundContent(scan, run);
  const fallen = Array.from(faultsOfKind(faults, 'order'), (fault) => fallBack(block, fault, handles));
  const present = mergeRanges([unpackRanges(scan.ranges), ...fallen.map((part) => rangesOf(part.messages))]);
  const erased = mergeRanges([rangesOf(scan.erasedSeqs), ...fallen.map((part) => rangesOf(part.erased))]);
  const own = mergeRanges([present, erased]);
  const holes = fallen.length > 0 ? new BigUint64Array(0) : provenHoles(block, own);
  const spans = (): PlacedSpan[] => [...risingSpans(block), ...fallen.flatMap((part) => part.spans)];
  return {
    runs: () => spans().map(({ span, firstSeq }) => run(span, firstSeq)),
    present: fallen.length === 0 ? scan.ranges : packRanges(present),
    deleted: packRanges(erased),
    holes: packRanges(holes),
    buried: scan.tombstoneSeqs,
    lowSeq: own[0] ?? 0n,
    highSeq: own.at(-1) ?? 0n,
  };
}

interface PlacedSpan {
  readonly span: RecordSpan;
  readonly firstSeq: bigint;
}

/** One run, and what is missing in it was deleted. */
function soundContent(
  { ranges, rawBytes, firstSeq, tombstoneSeqs }: SalvagedBlock['scan'],
  run: (span: RecordSpan, firstSeq: bigint) => MessageRun,
): BlockContent {
  const isEmpty = ranges.count === 0n;
  return {
    runs: () => (rawBytes > 0 ? [run({ startBytes: 0, endBytes: rawBytes }, firstSeq)] : []),
    present: ranges,
    deleted: NO_PACKED,
    holes: packedGaps(ranges),
    buried: tombstoneSeqs,
    lowSeq: isEmpty ? 0n : ranges.first,
    highSeq: isEmpty ? 0n : ranges.last,
  };
}

/** The stretches between faults: there sequences rise. */
export function risingSpans({ scan, faults }: SalvagedBlock): PlacedSpan[] {
  const spans: PlacedSpan[] = [];
  const add = (startBytes: number, endBytes: number, firstSeq: bigint): void => {
    if (endBytes > startBytes) spans.push({ span: { startBytes, endBytes }, firstSeq });
  };
  let startBytes = 0;
  // Runs are opened in this order: one that says too low a sequence is held open until then.
  let firstSeq = scan.firstSeq;
  for (const fault of eachFault(faults)) {
    if (fault.kind === 'structure') continue;
    add(startBytes, fault.offsetBytes, firstSeq);
    startBytes = fault.offsetBytes + fault.lengthBytes;
    firstSeq = fault.seqAfter > 0n ? fault.seqAfter : fault.seqBefore;
  }
  add(startBytes, scan.rawBytes, firstSeq);
  return spans;
}

/** Good records that do not rise above what came before: each rising part of them is a run of its own. */
function fallBack(
  block: SalvagedBlock,
  fault: ScanFault,
  handles: BlockHandles,
): { readonly spans: PlacedSpan[]; readonly messages: BigUint64Array; readonly erased: BigUint64Array } {
  const spans: PlacedSpan[] = [];
  const messages: bigint[] = [];
  const erased: bigint[] = [];
  const endBytes = fault.offsetBytes + fault.lengthBytes;
  const walk = new RecordWalk(handles, block.descriptor, { startBytes: fault.offsetBytes, endBytes });
  let last = 0n;
  try {
    while (walk.next()) {
      const { word, offsetBytes } = walk;
      const seq = word & ~SEQ_FLAGS;
      if ((word & ERASED_BIT) !== 0n) erased.push(seq);
      else if ((word & TOMBSTONE_BIT) === 0n) {
        messages.push(seq);
        if (spans.length === 0 || seq <= last) {
          const before = spans.at(-1);
          if (before !== undefined)
            spans[spans.length - 1] = { ...before, span: { ...before.span, endBytes: offsetBytes } };
          spans.push({ span: { startBytes: offsetBytes, endBytes }, firstSeq: seq });
        }
        last = seq;
      }
    }
  } finally {
    walk.close();
  }
  return { spans, messages: BigUint64Array.from(messages), erased: BigUint64Array.from(erased) };
}

/** Between two good records with nothing damaged between them, a missing sequence was deleted (format/block/README.md). */
function provenHoles({ faults }: SalvagedBlock, own: SequenceRanges): SequenceRanges {
  const [low, high] = [own[0], own.at(-1)];
  if (low === undefined || high === undefined) return new BigUint64Array(0);
  const torn = new LooseRanges();
  for (const { kind, seqBefore, seqAfter } of eachFault(faults))
    if (kind !== 'structure') torn.add(seqBefore + 1n, seqAfter > 0n ? seqAfter - 1n : high);
  return subtractRanges(oneRange(low, high), mergeRanges([own, torn.take()]));
}
