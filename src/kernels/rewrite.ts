import { unpackRanges, type PackedRanges } from '../core/packed-ranges.ts';
import { kernels, wholeKernels } from './instance.ts';

/** What the records that were kept add up to. */
export interface Rewritten {
  /** The new block: a view, valid until the next call. */
  readonly bytes: Uint8Array;
  readonly messages: number;
  /** 0n where no message was kept. */
  readonly firstSeq: bigint;
  readonly firstTimeNs: bigint;
  readonly lastSeq: bigint;
  readonly lastTimeNs: bigint;
}

/** Subjects, and how many messages each has. Their bytes lie behind one another, each from a multiple of four on, zeros between. */
export interface SubjectLot {
  readonly text: Uint8Array<ArrayBuffer>;
  readonly lengths: Uint32Array<ArrayBuffer>;
  readonly messages: Uint32Array<ArrayBuffer>;
  /** `subjectHash` of each. */
  readonly hashes: Uint32Array<ArrayBuffer>;
}

export interface RewriteOptions {
  /** Sequences that are kept. */
  readonly live: PackedRanges;
  /** The 32-byte key of the new block; null: records keep their checksums. */
  readonly key: Uint8Array | null;
  /** Told of the subjects; one may come again in a later lot. */
  readonly onSubjects: ((lot: SubjectLot) => void) | null;
  /** Told of each record that may have a `Nats-TTL` or `Nats-Schedule` header, in order: whole, a view valid during the call. */
  readonly onTimed: (record: Buffer) => void;
}

const DONE = 0;
const FULL = 1;

/**
 * Where to put the `lengthBytes` of a block for `rewriteRecords`. A scan of short records may be under way in the thread while
 * they are put there, but not any more when they are rewritten.
 */
export function rewriteWindow(lengthBytes: number): Buffer {
  const { exports, buffer } = wholeKernels();
  if (lengthBytes > exports.REWRITE_BYTES.value)
    throw new RangeError('a block of at most 32 MiB is rewritten');
  return Buffer.from(buffer, exports.REWRITE.value, lengthBytes);
}

/** Puts bytes (at most 4 KiB each) in front of the first `lengthBytes` in `rewriteWindow`, and behind them; gives all. */
export function surroundRewritten(before: Uint8Array, lengthBytes: number, behind: Uint8Array): Buffer {
  const { exports, buffer } = wholeKernels();
  if (Math.max(before.length, behind.length) > exports.REWRITE_MARGIN_BYTES.value)
    throw new RangeError('a block is surrounded by at most 4 KiB');
  const allBytes = before.length + lengthBytes + behind.length;
  const all = Buffer.from(buffer, exports.REWRITE.value - before.length, allBytes);
  all.set(before);
  all.set(behind, before.length + lengthBytes);
  return all;
}

/**
 * Keeps the records of live messages of the block in `rewriteWindow`, one behind the other, and seals them with another key. Every
 * record was found sound before; null where one now is not.
 */
export function rewriteRecords(lengthBytes: number, options: RewriteOptions): Rewritten | null {
  const { exports, buffer, bytes } = kernels();
  const { live, key } = options;
  unpackRanges(live, new BigUint64Array(buffer, exports.REWRITE_LIVE.value, 2 * live.pairs));
  if (key !== null) bytes.set(key, exports.HASH_KEY.value);
  exports.rewriteStart(lengthBytes, live.pairs, key === null ? 0 : 1);
  let status = FULL;
  while (status === FULL) {
    status = exports.rewrite();
    drain(options);
  }
  if (status !== DONE) return null;
  const isEmpty = exports.rewriteMessages.value === 0;
  return {
    bytes: bytes.subarray(exports.REWRITE.value, exports.REWRITE.value + exports.rewrittenBytes()),
    messages: exports.rewriteMessages.value,
    firstSeq: isEmpty ? 0n : BigInt.asUintN(64, exports.rewriteFirstSeq.value),
    firstTimeNs: isEmpty ? 0n : exports.rewriteFirstTime.value,
    lastSeq: isEmpty ? 0n : BigInt.asUintN(64, exports.rewriteLastSeq.value),
    lastTimeNs: isEmpty ? 0n : exports.rewriteLastTime.value,
  };
}

function drain({ onSubjects, onTimed }: RewriteOptions): void {
  const { exports, buffer } = kernels();
  const view = new DataView(buffer);
  const subjects: number = exports.rewriteSubjectCount.value;
  if (onSubjects !== null && subjects > 0) onSubjects(subjectLot(subjects));
  for (let i = 0; i < exports.rewriteTimedCount.value; i++) {
    const at = exports.REWRITE.value + view.getUint32(exports.REWRITE_TIMED.value + i * 4, true);
    onTimed(Buffer.from(buffer, at, view.getUint32(at, true) & 0x7fffffff));
  }
  exports.rewriteDrained();
}

function subjectLot(count: number): SubjectLot {
  const { exports, buffer, bytes } = kernels();
  const textBytes = exports.rewriteListed();
  const textAt: number = exports.REWRITE_TEXT.value;
  return {
    text: bytes.slice(textAt, textAt + textBytes) as Uint8Array<ArrayBuffer>,
    lengths: new Uint32Array(buffer, exports.REWRITE_LENGTHS.value, count).slice(),
    messages: new Uint32Array(buffer, exports.REWRITE_MESSAGES.value, count).slice(),
    hashes: new Uint32Array(buffer, exports.REWRITE_HASHES.value, count).slice(),
  };
}
