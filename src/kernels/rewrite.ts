import { kernels } from './instance.ts';

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

export interface RewriteOptions {
  /** Sequences that are kept: pairs from, to, ascending. */
  readonly live: BigUint64Array;
  /** The 32-byte key of the new block; null: records keep their checksums. */
  readonly key: Uint8Array | null;
  /** Told of each subject, again and again for one with many messages: its bytes as latin1 text. */
  readonly onSubject: ((subject: string, messages: number) => void) | null;
  /** Told of each record that may have a `Nats-TTL` or `Nats-Schedule` header, in order: whole, a view valid during the call. */
  readonly onTimed: (record: Buffer) => void;
}

const DONE = 0;
const FULL = 1;
const ENTRY_BYTES = 24;

/** Where to put the `lengthBytes` of a block for `rewriteBlock`; no scan may be under way in the thread. */
export function rewriteWindow(lengthBytes: number): Buffer {
  const { exports, buffer } = kernels();
  if (lengthBytes > exports.REWRITE_LIVE.value - exports.SCAN.value)
    throw new RangeError('a block of at most 32 MiB is rewritten');
  return Buffer.from(buffer, exports.SCAN.value, lengthBytes);
}

/**
 * Keeps the records of live messages of the block in `rewriteWindow`, one behind the other, and seals them with another key. Every
 * record was found sound before; null where one now is not.
 */
export function rewriteRecords(lengthBytes: number, options: RewriteOptions): Rewritten | null {
  const { exports, buffer, bytes } = kernels();
  const { live, key } = options;
  new BigUint64Array(buffer, exports.REWRITE_LIVE.value, live.length).set(live);
  if (key !== null) bytes.set(key, exports.HASH_KEY.value);
  exports.rewriteStart(lengthBytes, live.length / 2, key === null ? 0 : 1);
  let status = FULL;
  while (status === FULL) {
    status = exports.rewrite();
    drain(options);
  }
  if (status !== DONE) return null;
  const isEmpty = exports.rewriteMessages.value === 0;
  return {
    bytes: bytes.subarray(exports.SCAN.value, exports.SCAN.value + exports.rewrittenBytes()),
    messages: exports.rewriteMessages.value,
    firstSeq: isEmpty ? 0n : BigInt.asUintN(64, exports.rewriteFirstSeq.value),
    firstTimeNs: isEmpty ? 0n : exports.rewriteFirstTime.value,
    lastSeq: isEmpty ? 0n : BigInt.asUintN(64, exports.rewriteLastSeq.value),
    lastTimeNs: isEmpty ? 0n : exports.rewriteLastTime.value,
  };
}

function drain({ onSubject, onTimed }: RewriteOptions): void {
  const { exports, buffer } = kernels();
  const view = new DataView(buffer);
  const text = Buffer.from(buffer, exports.REWRITE_TEXT.value);
  for (let i = 0; onSubject !== null && i < exports.rewriteSubjectCount.value; i++) {
    const entry = exports.REWRITE_SUBJECTS.value + i * ENTRY_BYTES;
    const at = view.getUint32(entry + 12, true);
    onSubject(
      text.toString('latin1', at, at + view.getUint32(entry + 16, true)),
      view.getUint32(entry + 8, true),
    );
  }
  for (let i = 0; i < exports.rewriteTimedCount.value; i++) {
    const at = exports.SCAN.value + view.getUint32(exports.REWRITE_TIMED.value + i * 4, true);
    onTimed(Buffer.from(buffer, at, view.getUint32(at, true) & 0x7fffffff));
  }
  exports.rewriteDrained();
}
