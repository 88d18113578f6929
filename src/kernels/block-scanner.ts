import { EventColumns, recordColumns } from './block-columns.ts';
import { kernel, type Kernel } from './instance.ts';
import { LAYOUT, SCAN_STATUS } from './memory-layout.ts';
import { useHashKey } from './sums.ts';
import type { BlockScan, RecordColumns, ScanFault } from './types.ts';

export interface BlockScannerOptions {
  /** HighwayHash key of the block, 32 bytes. */
  readonly key: Uint8Array;
  readonly ttl?: boolean;
  readonly schedules?: boolean;
  /** Called with the good records of each window. */
  readonly onRecords?: (columns: RecordColumns, window: Uint8Array) => void;
}

/** Stays in the second level cache; a longer record makes the window as long as it needs. */
const FILL_BYTES = 512 * 1024;
/** A search for the next good record may hash this much more than the block has bytes. */
const SEARCH_BYTES = 64n * 1024n * 1024n;
const STRUCTURE_RULES = ['', 'header-prefix', 'header-end', 'subject', 'header-length'] as const;

/**
 * Checks the records of one block, whose decoded bytes are put into `window()` piece by piece. One at a time in a
 * thread: it works in the thread's kernel memory. After a bad record it looks for the next good one.
 */
export class BlockScanner {
  readonly #options: BlockScannerOptions;
  readonly #kernel: Kernel = kernel();
  readonly #events = new EventColumns();
  readonly #faults: ScanFault[] = [];
  readonly #wants: number;
  /** Bytes in the window, and the offset of its first byte in the block. */
  #filled = 0;
  #base = 0;
  /** How far into the window a search has come, while one is going on; the fault it belongs to. */
  #search: { from: number; fault: OpenFault } | null = null;
  #end = new Uint8Array(0);
  #bytesNeeded = 0;

  constructor(options: BlockScannerOptions) {
    this.#options = options;
    this.#wants = (options.onRecords === undefined ? 0 : 1) + (options.ttl ? 2 : 0) + (options.schedules ? 4 : 0);
    useHashKey(options.key);
    this.#kernel.exports.beginBlock(SEARCH_BYTES);
  }

  /** Where the next bytes of the block go, in kernel memory. */
  window(): Uint8Array {
    const at = LAYOUT.window + this.#filled;
    const wanted = Math.max(FILL_BYTES, this.#bytesNeeded - this.#filled);
    return this.#kernel.bytes.subarray(at, Math.min(at + wanted, LAYOUT.window + LAYOUT.windowBytes));
  }

  /** Walks what was put into the window. */
  push(lengthBytes: number): void {
    this.#rememberEnd(lengthBytes);
    this.#filled += lengthBytes;
    this.#walk(false);
  }

  /** Ends the block. */
  finish(): BlockScan {
    this.#walk(true);
    if (this.#search !== null) this.#closeFault(this.#search.fault, this.#filled, 0n);
    const { view } = this.#kernel;
    const at = (offset: number): bigint => view.getBigUint64(LAYOUT.state + offset, true);
    const lastSeq = at(48);
    return {
      rawBytes: this.#base + this.#filled,
      records: Number(at(16)),
      messages: Number(at(24)),
      bytes: Number(at(32)),
      firstSeq: at(40),
      lastSeq,
      firstTimeNs: BigInt.asIntN(64, at(56)),
      lastTimeNs: BigInt.asIntN(64, at(64)),
      ranges: this.#events.ranges(lastSeq),
      erasedSeqs: this.#events.erased.unsigned(),
      erasedTimesNs: this.#events.erasedTimes.signed(),
      tombstoneSeqs: this.#events.tombstones.unsigned(),
      tombstoneTimesNs: this.#events.tombstoneTimes.signed(),
      ttlSeqs: this.#events.ttl.unsigned(),
      scheduleSeqs: this.#events.schedules.unsigned(),
      subjectDigest: at(80),
      lastChecksum: this.#end,
      faults: this.#faults,
    };
  }

  #rememberEnd(lengthBytes: number): void {
    const from = LAYOUT.window + this.#filled;
    const piece = this.#kernel.bytes.subarray(from + Math.max(0, lengthBytes - 8), from + lengthBytes);
    const joined = new Uint8Array(this.#end.length + piece.length);
    joined.set(this.#end);
    joined.set(piece, this.#end.length);
    this.#end = joined.slice(-8);
  }

  #walk(isFinal: boolean): void {
    let from = 0;
    for (;;) {
      if (this.#search !== null) {
        const found = this.#searchOn(isFinal);
        if (found < 0) return;
        from = found;
      }
      const status = this.#scanFrom(from, isFinal);
      from += this.#kernel.view.getUint32(LAYOUT.state, true);
      if (status === SCAN_STATUS.done) return this.#drop(this.#filled);
      if (status === SCAN_STATUS.needMore) {
        this.#bytesNeeded = this.#recordBytesAt(from) + 64;
        return this.#drop(from);
      }
      if (status !== SCAN_STATUS.full) this.#search = { from: from + 1, fault: this.#openFault(from, status) };
    }
  }

  #scanFrom(from: number, isFinal: boolean): number {
    const { exports, view } = this.#kernel;
    const window = LAYOUT.window + from;
    const base = this.#base + from;
    const status = exports.scan(window, this.#filled - from, BigInt(base), isFinal ? 1 : 0, this.#wants);
    this.#events.take(view.getUint32(LAYOUT.state + 4, true), (isOrder, detail, atBytes, seq, other) =>
      this.#faults.push({
        kind: isOrder ? 'order' : 'structure',
        offsetBytes: base + atBytes,
        lengthBytes: 0,
        seq,
        detail: STRUCTURE_RULES[detail] ?? '',
        seqBefore: isOrder ? other : 0n,
        seqAfter: 0n,
      }),
    );
    const rows = view.getUint32(LAYOUT.state + 8, true);
    if (rows > 0) this.#options.onRecords?.(recordColumns(rows), this.#kernel.bytes.subarray(window, LAYOUT.window + this.#filled));
    return status;
  }

  /** Looks for the next good record; gives where it is, or -1 where more bytes are wanted or the block is at its end. */
  #searchOn(isFinal: boolean): number {
    const search = this.#search;
    if (search === null) return 0;
    const found = Number(
      this.#kernel.exports.findRecord(LAYOUT.window, search.from, this.#filled, isFinal ? 1 : 0),
    );
    if (found >= 0) {
      this.#closeFault(search.fault, found, this.#claimedSeq(found) ?? 0n);
      this.#search = null;
      return found;
    }
    if (isFinal) return -1;
    // -1: all but the last bytes were tried; -2 - n: the candidate at n needs more than the window holds.
    const keepFrom = found === -1 ? Math.max(search.from, this.#filled - 29) : -2 - found;
    this.#bytesNeeded = found === -1 ? 0 : this.#recordBytesAt(keepFrom) + 64;
    this.#drop(keepFrom);
    search.from = 0;
    return -1;
  }

  /** Moves what is left of the window to its front. */
  #drop(lengthBytes: number): void {
    const { bytes } = this.#kernel;
    bytes.copyWithin(LAYOUT.window, LAYOUT.window + lengthBytes, LAYOUT.window + this.#filled);
    this.#filled -= lengthBytes;
    this.#base += lengthBytes;
  }

  #recordBytesAt(at: number): number {
    if (this.#filled - at < 4) return 0;
    return this.#kernel.view.getUint32(LAYOUT.window + at, true) & 0x7fffffff;
  }

  #claimedSeq(at: number): bigint | null {
    if (this.#filled - at < 12) return null;
    return this.#kernel.view.getBigUint64(LAYOUT.window + at + 4, true) & 0x3fffffffffffffffn;
  }

  #openFault(at: number, status: number): OpenFault {
    const kind = status === SCAN_STATUS.badChecksum ? 'checksum' : status === SCAN_STATUS.cut ? 'tail' : 'length';
    const seqBefore = this.#kernel.view.getBigUint64(LAYOUT.state + 72, true);
    return { kind, offsetBytes: this.#base + at, seq: this.#claimedSeq(at), seqBefore };
  }

  /** A record that seemed to be cut, with good ones behind it, has a wrong length. */
  #closeFault(fault: OpenFault, at: number, seqAfter: bigint): void {
    const kind = fault.kind === 'tail' && seqAfter !== 0n ? 'length' : fault.kind;
    const lengthBytes = this.#base + at - fault.offsetBytes;
    this.#faults.push({ ...fault, kind, lengthBytes, detail: '', seqAfter });
  }
}

type OpenFault = Pick<ScanFault, 'kind' | 'offsetBytes' | 'seq' | 'seqBefore'>;
