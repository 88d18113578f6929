import type { BlockOwner } from '../../../check/block-owner.ts';
import type { PackedRanges } from '../../../core/packed-ranges.ts';
import { hasFault } from '../../../kernels/packed-faults.ts';
import type { MessageTotals } from '../../../kernels/types.ts';
import type { SourceDescriptor } from '../../../source/byte-source.ts';
import type { RewriteInput } from '../../../workers/jobs/rewrite.ts';
import type { TallyResult } from '../../../workers/jobs/tally.ts';
import { LARGEST_BLOCK_BYTES } from '../../../workers/rewrite-block.ts';
import type { V2Block } from '../../read/v2-blocks.ts';
import type { ReadBlock } from '../blocks/block-damage.ts';
import { risingSpans } from '../blocks/block-spans.ts';
import type { MessageRun } from '../blocks/message-run.ts';

/** A stream as parts: each becomes one block, and its messages lie below all those of the next. */
export type PartedStream =
  | { readonly form: 'blocks'; readonly parts: readonly (BlockPart | RunsPart)[] }
  /** Whole, and added up when it was read. */
  | { readonly form: 'v2'; readonly parts: readonly V2Part[]; readonly total: TallyResult };

/** Messages of one part. */
export type StreamPart = BlockPart | RunsPart | V2Part;

interface PartBase {
  /** Sequences with a message. */
  readonly seqs: PackedRanges;
  /** Bytes that the records take, at most. */
  readonly rawBytes: number;
}

/** A block whose good records threads can tell by their places alone. */
export interface BlockPart extends PartBase {
  readonly kind: 'block';
  readonly source: SourceDescriptor;
  readonly input: RewriteInput;
  readonly owner: BlockOwner;
  /** What all of them add up to. */
  readonly totals: MessageTotals;
}

/** A block with messages that have to be looked at one by one: out of order, or with parts that contradict each other. */
export interface RunsPart extends PartBase {
  readonly kind: 'runs';
  readonly runs: () => readonly MessageRun[];
}

export interface V2Part extends PartBase {
  readonly kind: 'v2';
  readonly source: SourceDescriptor;
}

/** The blocks of a stream as parts; null where they overlap, or one is too large: then all is read side by side. */
export function partsOfBlocks(blocks: readonly ReadBlock[]): PartedStream | null {
  const filled = blocks
    .filter(({ content }) => content.present.count > 0n)
    .toSorted((a, b) => (lowest(a) < lowest(b) ? -1 : 1));
  let last = 0n;
  for (const { block, content } of filled) {
    if (content.present.first <= last || block.scan.rawBytes > LARGEST_BLOCK_BYTES) return null;
    last = content.present.last;
  }
  return { form: 'blocks', parts: filled.map(partOf) };
}

/** The messages of a V2 archive that was read whole; null where one is too large. */
export function partsOfV2(blocks: readonly V2Block[], total: TallyResult): PartedStream | null {
  if (blocks.some(({ rawBytes }) => rawBytes > LARGEST_BLOCK_BYTES)) return null;
  return { form: 'v2', parts: blocks.map((block) => ({ kind: 'v2', ...block })), total };
}

function lowest({ content }: ReadBlock): bigint {
  return content.present.first;
}

function partOf(read: ReadBlock): BlockPart | RunsPart {
  const { block, content } = read;
  const { scan, faults, owner, descriptor: source } = block;
  const { rawBytes } = scan;
  const needsLook = hasFault(faults, 'order', 'structure');
  if (needsLook || scan.ranges.count !== BigInt(scan.messages))
    return { kind: 'runs', seqs: content.present, rawBytes, runs: content.runs };
  const isSound = faults.length + block.blockFaults.length + block.carrierFaults.length === 0;
  const input: RewriteInput = isSound
    ? { holds: 'block' }
    : { holds: 'damaged-block', spansBytes: spansOf(read) };
  return { kind: 'block', seqs: scan.ranges, rawBytes, source, input, owner, totals: totalsOf(scan) };
}

function totalsOf(scan: MessageTotals): MessageTotals {
  const { messages, bytes, firstSeq, lastSeq, firstTimeNs, lastTimeNs, subjectDigest } = scan;
  return { messages, bytes, firstSeq, lastSeq, firstTimeNs, lastTimeNs, subjectDigest };
}

function spansOf({ block }: ReadBlock): Float64Array {
  const spans = risingSpans(block).map(({ span }) => span);
  return Float64Array.from(spans.flatMap(({ startBytes, endBytes }) => [startBytes, endBytes]));
}
