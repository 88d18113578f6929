import { countSequences, type SequenceRanges } from './sequence-ranges.ts';

/** A set of sequences at rest, in as few bytes as it takes. Plain data: threads hand it on as it is. */
export interface PackedRanges {
  /** 0n and -1n of the empty set. */
  readonly first: bigint;
  readonly last: bigint;
  readonly pairs: number;
  readonly count: bigint;
  readonly content:
    | { readonly packing: 'pairs'; readonly ranges: SequenceRanges }
    /** By turns how many sequences are in the set and how many are not, from `first` on, as base-128 varints. */
    | { readonly packing: 'steps'; readonly bytes: Uint8Array }
    /** A bit for each sequence from `first` on, the lowest first. */
    | { readonly packing: 'bits'; readonly bytes: Uint8Array };
}

/** Fewer pairs are left as they are. */
const FEW_PAIRS = 8;
const EXACT = BigInt(Number.MAX_SAFE_INTEGER);
const HIGH_WORD = 0x1_0000_0000;

/** One for all: there may be as many as blocks, and an array of its own takes 200 bytes. */
const NOTHING: PackedRanges = {
  first: 0n,
  last: -1n,
  pairs: 0,
  count: 0n,
  content: { packing: 'pairs', ranges: new BigUint64Array(0) },
};

/** Packs a set as small as one of the ways has it, into memory of its own. */
export function packRanges(ranges: SequenceRanges): PackedRanges {
  if (ranges.length === 0) return NOTHING;
  const [first = 0n, last = -1n] = [ranges[0], ranges.at(-1)];
  const pairs = ranges.length >> 1;
  const set = { first, last, pairs, count: countSequences(ranges) };
  if (pairs <= FEW_PAIRS || last > EXACT)
    return { ...set, content: { packing: 'pairs', ranges: ranges.slice() } };
  const bitBytes = Math.floor(Number(last - first) / 8) + 1;
  const steps = stepsOf(ranges, Math.min(bitBytes, ranges.byteLength));
  if (steps !== null) return { ...set, content: { packing: 'steps', bytes: steps } };
  if (bitBytes >= ranges.byteLength) return { ...set, content: { packing: 'pairs', ranges: ranges.slice() } };
  return { ...set, content: { packing: 'bits', bytes: bitsOf(ranges, bitBytes) } };
}

/** The set again, in memory of its own unless it was kept as pairs; in `room` where some is given. */
export function unpackRanges({ first, pairs, content }: PackedRanges, room?: BigUint64Array): SequenceRanges {
  if (content.packing === 'pairs' && room === undefined) return content.ranges;
  const ranges = room?.subarray(0, 2 * pairs) ?? new BigUint64Array(2 * pairs);
  if (content.packing === 'pairs') {
    ranges.set(content.ranges);
    return ranges;
  }
  const words = wordsOf(ranges);
  let at = 0;
  const put = (sequence: number): void => {
    words[at++] = sequence % HIGH_WORD;
    words[at++] = Math.floor(sequence / HIGH_WORD);
  };
  if (content.packing === 'steps') eachStep(content.bytes, Number(first), put);
  else eachRun(content.bytes, Number(first), put);
  return ranges;
}

/** Sequences of a set that is not above 2^53, as numbers. */
function sequenceAt(words: Uint32Array, at: number): number {
  return (words[2 * at] ?? 0) + (words[2 * at + 1] ?? 0) * HIGH_WORD;
}

function wordsOf({ buffer, byteOffset, length }: SequenceRanges): Uint32Array {
  return new Uint32Array(buffer, byteOffset, 2 * length);
}

/** null where they take more than `mostBytes`. */
function stepsOf(ranges: SequenceRanges, mostBytes: number): Uint8Array | null {
  const words = wordsOf(ranges);
  const bytes = new Uint8Array(mostBytes);
  let length = 0;
  let before = sequenceAt(words, 0);
  for (let i = 1; i < ranges.length; i++) {
    // From the beginning of a run to behind its end, from there to the next beginning.
    const next = sequenceAt(words, i) + (i % 2);
    let step = next - before;
    before = next;
    for (; step >= 0x80; step = Math.floor(step / 0x80)) bytes[length++] = (step % 0x80) | 0x80;
    bytes[length++] = step;
    if (length > mostBytes) return null;
  }
  return bytes.slice(0, length);
}

function eachStep(bytes: Uint8Array, first: number, put: (sequence: number) => void): void {
  let sequence = first;
  let isWithin = true;
  put(sequence);
  for (let at = 0; at < bytes.length; isWithin = !isWithin) {
    let scale = 1;
    for (; (bytes[at] ?? 0) >= 0x80; scale *= 0x80) sequence += ((bytes[at++] ?? 0) & 0x7f) * scale;
    sequence += (bytes[at++] ?? 0) * scale;
    put(isWithin ? sequence - 1 : sequence);
  }
}

function bitsOf(ranges: SequenceRanges, lengthBytes: number): Uint8Array {
  const words = wordsOf(ranges);
  const bytes = new Uint8Array(lengthBytes);
  const first = sequenceAt(words, 0);
  for (let i = 0; i < ranges.length; i += 2) {
    const end = sequenceAt(words, i + 1) - first + 1;
    for (let bit = sequenceAt(words, i) - first; bit < end;) {
      const at = Math.floor(bit / 8);
      if (bit % 8 === 0 && end - bit >= 8) {
        bytes.fill(0xff, at, Math.floor(end / 8));
        bit = end - (end % 8);
      } else {
        bytes[at] = (bytes[at] ?? 0) | (1 << (bit % 8));
        bit++;
      }
    }
  }
  return bytes;
}

function eachRun(bytes: Uint8Array, first: number, put: (sequence: number) => void): void {
  let isWithin = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === (isWithin ? 0xff : 0)) continue;
    for (let bit = 0; bit < 8; bit++) {
      if ((((byte >> bit) & 1) === 1) === isWithin) continue;
      const sequence = first + 8 * at + bit;
      put(isWithin ? sequence - 1 : sequence);
      isWithin = !isWithin;
    }
  }
  if (isWithin) put(first + 8 * bytes.length - 1);
}
