import { LooseRanges } from '../../../core/loose-ranges.ts';
import { unpackRanges } from '../../../core/packed-ranges.ts';
import {
  clipRanges,
  hasSequence,
  MAX_SEQUENCE,
  mergeRanges,
  rangesOf,
  subtractRanges,
  type SequenceRanges,
} from '../../../core/sequence-ranges.ts';
import {
  ERASED_BIT,
  HEADER_LENGTH_BYTES,
  MOST_RECORD_BYTES,
  RECORD_HEAD_BYTES,
  TOMBSTONE_BIT,
  hasHeaderAt,
  leastBytesAt,
  recordBytesAt,
  seqWordAt,
} from '../../../format/block/record.ts';
import { descriptorOf } from '../../../model/read-entry.ts';
import type { ByteSource } from '../../../source/byte-source.ts';
import { openBlock } from '../../../workers/open-block.ts';
import type { KnownBlock } from '../files/block-index-as-server.ts';
import { oncePer } from '../../../core/once-per.ts';
import { MOST_LISTED } from '../rules/memory-limits.ts';
import type { BlockReading } from '../files/read-blocks.ts';
import type { ServerRules } from '../rules/server-rules.ts';

/**
 * How a server fares that loads a block to look for messages in it: it finds its way by the lengths of the records, and
 * checks no sum (indexCacheBuf). `stumbles`: it rebuilds the block, and cuts it. `endless`: it lists the sequences before
 * a record whose own was damaged until there is no memory left.
 */
export type Walk = 'passes' | 'stumbles' | 'endless';

const WINDOW_BYTES = 64 * 1024;

/** `known`: where the server thinks that the block begins and ends. Throws SourceError. */
export function walkBlock(reading: BlockReading, known: KnownBlock, rules: ServerRules): Walk {
  // What cannot be decompressed is not walked either, and left alone.
  if (!reading.isDecodable || (reading.isFaultless && isInPlace(reading, known, rules))) return 'passes';
  const walks = walksOf(reading);
  const how = `${rules.walk} ${rules.panicsOnShortHeader} ${known.firstSeq}-${known.lastSeq}`;
  const walk = walks.get(how) ?? walkAgain(reading, known, rules);
  walks.set(how, walk);
  return walk;
}

const walksOf = oncePer((_reading: BlockReading) => new Map<string, Walk>());

function walkAgain({ block }: BlockReading, known: KnownBlock, rules: ServerRules): Walk {
  const open = openBlock(descriptorOf(block.entry));
  try {
    return walkRecords(open.content, known, rules);
  } finally {
    open.close();
  }
}

/**
 * Sequences of a block that a walk passes which lie in the list where they are looked for: servers up to 2.10 list records one behind
 * the other, and behind a damaged sequence none is found in its place. Throws SourceError.
 */
export function placedSequences(
  { block }: BlockReading,
  known: KnownBlock,
  rules: ServerRules,
): SequenceRanges {
  const open = openBlock(descriptorOf(block.entry));
  const placed = new LooseRanges();
  try {
    walkRecords(open.content, known, rules, placed);
  } finally {
    open.close();
  }
  return placed.take();
}

/** All records are good, and those that the index tells of. */
function isInPlace({ scan }: BlockReading, known: KnownBlock, rules: ServerRules): boolean {
  if (rules.walk !== 'places') return true;
  const erased = clipRanges(rangesOf(scan.erasedSeqs), known.firstSeq, MAX_SEQUENCE);
  if (erased.length === 0 && scan.ranges.first === known.firstSeq) return scan.ranges.last === known.lastSeq;
  const seqs = mergeRanges([unpackRanges(scan.ranges), erased]);
  const isAccounted = subtractRanges(erased, unpackRanges(known.deleted)).length === 0;
  return isAccounted && seqs.at(-1) === known.lastSeq && hasSequence(seqs, known.firstSeq);
}

/** The same for the decoded bytes of a block, whatever is in them. `placed` takes sequences that lie where they are looked for. */
export function walkRecords(
  content: ByteSource,
  known: KnownBlock,
  rules: ServerRules,
  placed: LooseRanges | null = null,
): Walk {
  const places = new Places(known, rules, placed);
  const window = Buffer.alloc(Math.min(WINDOW_BYTES, content.sizeBytes));
  let windowAt = 0;
  let windowEnd = 0;
  for (let at = 0; at < content.sizeBytes;) {
    if (at + RECORD_HEAD_BYTES > content.sizeBytes) return 'stumbles';
    if (at + RECORD_HEAD_BYTES > windowEnd) {
      windowAt = at;
      windowEnd = at + content.read(window, at);
      if (at + RECORD_HEAD_BYTES > windowEnd) return 'stumbles';
    }
    const recordBytes = wholeRecordBytes(window, at - windowAt, rules);
    if (recordBytes === null || at + recordBytes > content.sizeBytes) return 'stumbles';
    const walk = places.take(seqWordAt(window, at - windowAt));
    if (walk !== 'passes') return walk;
    at += recordBytes;
  }
  return places.end();
}

/** null: it cannot be a record. */
function wholeRecordBytes(window: Buffer, at: number, rules: ServerRules): number | null {
  const recordBytes = recordBytesAt(window, at);
  const isHeaderPassed = rules.panicsOnShortHeader && hasHeaderAt(window, at);
  const leastBytes = leastBytesAt(window, at) - (isHeaderPassed ? HEADER_LENGTH_BYTES : 0);
  return recordBytes < leastBytes || recordBytes > MOST_RECORD_BYTES ? null : recordBytes;
}

/** The list that a server makes of where each sequence lies. */
class Places {
  readonly #known: KnownBlock;
  readonly #walk: ServerRules['walk'];
  readonly #deleted: SequenceRanges;
  readonly #placed: LooseRanges | null;
  #listed = 0n;
  #lastSeq = 0n;

  constructor(known: KnownBlock, { walk }: ServerRules, placed: LooseRanges | null) {
    this.#known = known;
    this.#placed = placed;
    this.#deleted = unpackRanges(known.deleted);
    this.#walk = walk;
  }

  take(seqWord: bigint): Walk {
    const seq = seqWord & ~ERASED_BIT;
    if ((seqWord & TOMBSTONE_BIT) !== 0n || seq < this.#known.firstSeq) return 'passes';
    if (this.#walk === 'places') {
      if (seq <= this.#lastSeq) return 'passes';
      const isFirst = this.#lastSeq === 0n;
      if (isFirst && seq !== this.#known.firstSeq) return 'stumbles';
      if (this.#fill(seq) === 'endless') return 'endless';
      if (seqWord !== seq && !hasSequence(this.#deleted, seq)) return 'stumbles';
    } else if (this.#fill(seq) === 'endless') return 'endless';
    if (seq === this.#known.firstSeq + this.#listed) this.#placed?.add(seq, seq);
    this.#listed++;
    this.#lastSeq = seq;
    return 'passes';
  }

  end(): Walk {
    const { firstSeq, lastSeq } = this.#known;
    if (this.#walk !== 'places') return 'passes';
    const isAsKnown = this.#listed === lastSeq - firstSeq + 1n && [0n, lastSeq].includes(this.#lastSeq);
    return isAsKnown ? 'passes' : 'stumbles';
  }

  /** Lists the gap before a sequence; the oldest servers none before the first. */
  #fill(seq: bigint): Walk {
    const nextSeq =
      this.#walk === 'gaps'
        ? this.#lastSeq === 0n
          ? seq
          : this.#lastSeq + 1n
        : this.#known.firstSeq + this.#listed;
    if (seq <= nextSeq) return 'passes';
    this.#listed += seq - nextSeq;
    return this.#listed > MOST_LISTED ? 'endless' : 'passes';
  }
}
