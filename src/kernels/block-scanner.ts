import { unpackRanges } from '../core/packed-ranges.ts';
import { kernels, wholeKernels } from './instance.ts';
import type { Kernels } from './instance.ts';
import { FaultList, GrowingColumn, recordColumns } from './scan-columns.ts';
import type { BlockCut, BlockScan, BlockScannerOptions, MessageTotals } from './types.ts';

const WANT_TTL = 1;
const WANT_SCHEDULES = 2;
const WANT_RECORDS = 4;
const WANT_SALVAGE = 8;
const FULL = 1;
/** The kernels load a little past the end of a window. */
const SLACK_BYTES = 4096;

const NO_BYTES = new Uint8Array(0);

/** Belongs to the scanner whose turn it is. */
let active: object | undefined;
/** Room for the runs of a block with very many gaps, from one scanner to the next: a thread tidies up seldom. */
let runRoom: BigUint64Array = new BigUint64Array(0);
const MOST_RUN_ROOM_BYTES = 8 * 1024 * 1024;

/**
 * Scans one block: `window()`, fill some of it, `push(bytes)`, again and again, then `finish()`. The bytes in the
 * window are changed by the scan. One scanner at a time in a thread; `close()` gives one up before its end.
 */
export class BlockScanner {
  readonly #kernels: Kernels = kernels();
  readonly #onRecords: BlockScannerOptions['onRecords'];
  readonly #runs = new GrowingColumn(runRoom);
  readonly #erasedSeqs = new GrowingColumn();
  readonly #erasedTimes = new GrowingColumn();
  readonly #tombstoneSeqs = new GrowingColumn();
  readonly #tombstoneTimes = new GrowingColumn();
  readonly #ttlSeqs = new GrowingColumn();
  readonly #scheduleSeqs = new GrowingColumn();
  readonly #faults = new FaultList();
  readonly #turn: object = {};
  readonly #hasLive: boolean;
  readonly #wantsRanges: boolean;
  #firstWindowAt = 0;
  #windowAt = 0;
  #rawBytes = 0;
  /** How far `#lastBytes` has come. */
  #lastAt = 0;
  readonly #lastBytes: Uint8Array = new Uint8Array(8);

  constructor(options: BlockScannerOptions) {
    if (active !== undefined) throw new Error('another block scan is under way in this thread');
    if (options.key.length !== 32)
      throw new RangeError(`a block key has 32 bytes, this one ${options.key.length}`);
    // Whoever is shown records may do with them what needs the whole memory.
    const { exports, bytes } = options.onRecords === undefined ? this.#kernels : wholeKernels();
    this.#onRecords = options.onRecords;
    this.#wantsRanges = options.withoutRanges !== true;
    bytes.set(options.key, exports.HASH_KEY.value);
    let wants = options.ttl === true ? WANT_TTL : 0;
    if (options.schedules === true) wants |= WANT_SCHEDULES;
    if (options.onRecords !== undefined) wants |= WANT_RECORDS;
    if (options.salvage === true) wants |= WANT_SALVAGE;
    exports.scanStart(wants, options.columnEntries ?? 0x7fffffff);
    const { live } = options;
    this.#hasLive = live !== undefined && live.pairs <= exports.LIVE_PAIRS.value;
    if (this.#hasLive && live !== undefined) {
      unpackRanges(live, new BigUint64Array(this.#kernels.buffer, exports.LIVE.value, 2 * live.pairs));
      exports.scanLive(live.pairs);
    }
    active = this.#turn;
  }

  /** Room for the next bytes of the block, in kernel memory. */
  window(): Uint8Array {
    this.#mustBeActive();
    const { exports } = this.#kernels;
    const most: number = exports.SCAN_WINDOW_BYTES.value;
    this.#windowAt = exports.scanRoom();
    if (this.#firstWindowAt === 0) this.#firstWindowAt = this.#windowAt;
    if (this.#windowAt + most + SLACK_BYTES > this.#kernels.buffer.byteLength) wholeKernels();
    return new Uint8Array(this.#kernels.buffer, this.#windowAt, most);
  }

  /** How much memory the block has made this thread touch: more than a few windows only for very long records. */
  get touchedBytes(): number {
    return this.#windowAt - this.#firstWindowAt;
  }

  /** Where the records end that were walked, and the highest sequence among them; as long as nothing was damaged another begins there. */
  get reached(): BlockCut {
    const { exports } = this.#kernels;
    return { offsetBytes: exports.scanReached(), seq: BigInt.asUintN(64, exports.scanReachedSeq()) };
  }

  /** Takes the first `lengthBytes` of the last window. */
  push(lengthBytes: number): void {
    this.#mustBeActive();
    const { exports, bytes } = this.#kernels;
    if (this.#windowAt === 0 || lengthBytes > exports.SCAN_WINDOW_BYTES.value) {
      throw new RangeError(`push(${lengthBytes}) without a window of that size`);
    }
    this.#keepLast(bytes, this.#windowAt, lengthBytes);
    this.#windowAt = 0;
    exports.scanPushed(lengthBytes);
    this.#run(0);
  }

  /**
   * Walks the next bytes of the block where they lie, and leaves them as they are. Nothing may be left of those before. Gives how
   * many it is done with, the others come again: none where they do not lie in kernel memory, or records are shown.
   */
  walkLent(lent: Uint8Array): number {
    this.#mustBeActive();
    const { exports, bytes, buffer } = this.#kernels;
    if (lent.buffer !== buffer || this.#onRecords !== undefined) return 0;
    this.#keepLast(bytes, lent.byteOffset, lent.length);
    exports.scanLent(lent.byteOffset, lent.length);
    this.#run(0);
    return lent.length - this.forget();
  }

  /** How many of the bytes so far are not walked yet. */
  get leftBytes(): number {
    return this.#kernels.exports.scanLeft();
  }

  /** Gives those up: they come again. */
  forget(): number {
    const { leftBytes } = this;
    this.#kernels.exports.scanForget();
    this.#rawBytes -= leftBytes;
    return leftBytes;
  }

  /** Ends the block. */
  finish(): BlockScan {
    this.#mustBeActive();
    this.#run(1);
    const { exports } = this.#kernels;
    exports.scanFinish();
    this.#drain();
    const ranges = this.#runs.view();
    this.close();
    return {
      rawBytes: this.#rawBytes,
      records: exports.records.value,
      messages: exports.messages.value,
      bytes: exports.messageBytes.value,
      firstSeq: BigInt.asUintN(64, exports.firstSeq.value),
      lastSeq: BigInt.asUintN(64, exports.lastSeq.value),
      firstTimeNs: exports.firstTime.value,
      lastTimeNs: exports.lastTime.value,
      ranges,
      erasedSeqs: this.#erasedSeqs.take(),
      erasedTimesNs: this.#erasedTimes.takeSigned(),
      tombstoneSeqs: this.#tombstoneSeqs.take(),
      tombstoneTimesNs: this.#tombstoneTimes.takeSigned(),
      ttlSeqs: this.#ttlSeqs.take(),
      scheduleSeqs: this.#scheduleSeqs.take(),
      subjectDigest: BigInt.asUintN(64, exports.digest.value),
      live: this.#hasLive ? this.#live() : null,
      lastChecksum: this.#rawBytes < 8 ? NO_BYTES : this.#lastBytes,
      faults: this.#faults.take(),
      vainBytes: exports.vainBytes.value,
    };
  }

  /** Lets another scanner start, whether or not this one got to its end. */
  close(): void {
    if (active !== this.#turn) return;
    active = undefined;
    if (this.#runs.room.byteLength <= MOST_RUN_ROOM_BYTES) runRoom = this.#runs.room;
  }

  #live(): MessageTotals {
    const { exports } = this.#kernels;
    return {
      messages: exports.liveMessages.value,
      bytes: exports.liveBytes.value,
      firstSeq: BigInt.asUintN(64, exports.liveFirstSeq.value),
      lastSeq: BigInt.asUintN(64, exports.liveLastSeq.value),
      firstTimeNs: exports.liveFirstTime.value,
      lastTimeNs: exports.liveLastTime.value,
      subjectDigest: BigInt.asUintN(64, exports.liveDigest.value),
    };
  }

  #mustBeActive(): void {
    if (active !== this.#turn) throw new Error('this block scan has ended');
  }

  #run(final: 0 | 1): void {
    for (let status = FULL; status === FULL; this.#drain()) status = this.#kernels.exports.scan(final);
  }

  /** Remembers the last 8 of the bytes so far, to which `lengthBytes` at an address are added. */
  #keepLast(bytes: Uint8Array, at: number, lengthBytes: number): void {
    this.#rawBytes += lengthBytes;
    // Some may have come before.
    const count = Math.min(8, this.#rawBytes - this.#lastAt);
    if (count <= 0) return;
    this.#lastAt = this.#rawBytes;
    const from = at + lengthBytes - count;
    this.#lastBytes.copyWithin(0, count);
    for (let i = 0; i < count; i++) this.#lastBytes[8 - count + i] = bytes[from + i] ?? 0;
  }

  #drain(): void {
    const { exports, buffer } = this.#kernels;
    const take = (column: GrowingColumn, at: number, count: number): void => {
      if (count > 0) column.append(new BigUint64Array(buffer, at, count));
    };
    const erased: number = exports.erasedCount.value;
    const tombstones: number = exports.tombstoneCount.value;
    if (this.#wantsRanges) take(this.#runs, exports.RUNS.value, exports.runCount.value * 2);
    take(this.#erasedSeqs, exports.ERASED_SEQS.value, erased);
    take(this.#erasedTimes, exports.ERASED_TIMES.value, erased);
    take(this.#tombstoneSeqs, exports.TOMBSTONE_SEQS.value, tombstones);
    take(this.#tombstoneTimes, exports.TOMBSTONE_TIMES.value, tombstones);
    take(this.#ttlSeqs, exports.TTL_SEQS.value, exports.ttlCount.value);
    take(this.#scheduleSeqs, exports.SCHEDULE_SEQS.value, exports.scheduleCount.value);
    const faults: number = exports.faultCount.value;
    if (faults > 0) this.#faults.append(new DataView(buffer), exports.FAULTS.value, faults);
    if (this.#onRecords !== undefined && exports.recordCount.value > 0) {
      const start: number = exports.SCAN.value;
      this.#onRecords(
        recordColumns(this.#kernels),
        new Uint8Array(buffer, start, exports.SCAN_END.value - start),
      );
    }
    exports.scanDrained();
  }
}
