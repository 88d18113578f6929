import { FURTHEST_JUMP, HIGHEST_FIRST_SEQ, isPlausibleTime } from '../../core/plausible.ts';
import { highwayHash64 } from './highway-hash.ts';
import { subjectDigest, subjectIsSound } from './subject.ts';
import type { ScanFault } from '../scan-fault.ts';

/** What the reference scan finds in a whole block: the totals and faults of a `BlockScan`, in plain arrays. */
export interface ReferenceScan {
  records: number;
  messages: number;
  bytes: number;
  ranges: bigint[];
  erased: bigint[];
  tombstones: bigint[];
  digest: bigint;
  faults: ScanFault[];
}

interface RawRecord {
  readonly length: number;
  readonly hasHeader: boolean;
  readonly subjectBytes: number;
  readonly word: bigint;
  readonly timeNs: bigint;
}

const FLAGS = 3n << 62n;
const MAX_RECORD = 32 * 1024 * 1024;

/** Scans a block that lies whole in memory, after format/block/README.md. Without the bounds on hostile work. */
export function scanBlock(key: Uint8Array, block: Uint8Array): ReferenceScan {
  const scan: ReferenceScan = {
    records: 0,
    messages: 0,
    bytes: 0,
    ranges: [],
    erased: [],
    tombstones: [],
    digest: 0n,
    faults: [],
  };
  let last = 0n;
  const pending: { -readonly [K in keyof ScanFault]: ScanFault[K] }[] = [];
  const fault = (
    kind: ScanFault['kind'],
    at: number,
    lengthBytes: number,
    seq: bigint | null,
    detail = '',
  ): void => {
    const made = { kind, offsetBytes: at, lengthBytes, seq, detail, seqBefore: last, seqAfter: 0n };
    scan.faults.push(made);
    pending.push(made);
  };

  for (let at = 0; at < block.length;) {
    const record = readRecord(block, at);
    if (record === null || !isWhole(key, block, at, record)) {
      const next = nextGood(key, block, at, record, last);
      fault(badKind(block, at, record, next), at, next - at, record === null ? null : record.word & ~FLAGS);
      at = next;
      continue;
    }
    scan.records++;
    const seq = record.word & ~FLAGS;
    if (record.word & (1n << 62n)) scan.tombstones.push(record.word & ~(1n << 62n));
    else if (record.word !== 0n && seq <= last) fault('order', at, record.length, seq);
    else if (record.word !== 0n) {
      for (const open of pending.splice(0)) open.seqAfter = seq;
      if (record.word >> 63n) scan.erased.push(seq);
      else {
        const subject = block.subarray(at + 22, at + 22 + record.subjectBytes);
        count(scan, seq, record.length, subject);
        if (!subjectIsSound(subject)) fault('structure', at, 0, seq, 'subject');
        const detail = record.hasHeader ? headerFault(block, at, record) : '';
        if (detail !== '') fault('structure', at, 0, seq, detail);
      }
      last = seq;
    }
    at += record.length;
  }
  return scan;
}

function badKind(block: Uint8Array, at: number, bad: RawRecord | null, next: number): ScanFault['kind'] {
  if (bad === null) return block.length - at < 22 ? 'tail' : 'length';
  if (at + bad.length <= block.length) return 'checksum';
  return next === block.length ? 'tail' : 'length';
}

function count(scan: ReferenceScan, seq: bigint, lengthBytes: number, subject: Uint8Array): void {
  scan.messages++;
  scan.bytes += lengthBytes;
  scan.digest = (scan.digest + subjectDigest(subject)) & ((1n << 64n) - 1n);
  if (scan.ranges.at(-1) === seq - 1n) scan.ranges[scan.ranges.length - 1] = seq;
  else scan.ranges.push(seq, seq);
}

function readRecord(block: Uint8Array, at: number): RawRecord | null {
  if (block.length - at < 22) return null;
  const view = new DataView(block.buffer, block.byteOffset + at);
  const first = view.getUint32(0, true);
  const length = first & 0x7fffffff;
  const hasHeader = first >>> 31 === 1;
  const subjectBytes = view.getUint16(20, true);
  if (length < 30 + subjectBytes + (hasHeader ? 4 : 0) || length > MAX_RECORD) return null;
  return {
    length,
    hasHeader,
    subjectBytes,
    word: view.getBigUint64(4, true),
    timeNs: view.getBigInt64(12, true),
  };
}

function isWhole(key: Uint8Array, block: Uint8Array, at: number, record: RawRecord): boolean {
  const end = at + record.length;
  if (end > block.length) return false;
  const subjectEnd = at + 22 + record.subjectBytes;
  const hashed = new Uint8Array([
    ...block.subarray(at + 4, at + 20),
    ...block.subarray(at + 22, subjectEnd),
    ...block.subarray(subjectEnd + (record.hasHeader ? 4 : 0), end - 8),
  ]);
  return highwayHash64(key, hashed).every((byte, i) => byte === block[end - 8 + i]);
}

/** The record that the bad one's length leads to, else the next offset where a plausible record with a fitting checksum is. */
function nextGood(
  key: Uint8Array,
  block: Uint8Array,
  at: number,
  bad: RawRecord | null,
  last: bigint,
): number {
  if (bad !== null && isGood(key, block, at + bad.length, last)) return at + bad.length;
  for (let next = at + 1; next + 30 <= block.length; next++) if (isGood(key, block, next, last)) return next;
  return block.length;
}

function isGood(key: Uint8Array, block: Uint8Array, at: number, last: bigint): boolean {
  const record = at + 30 <= block.length ? readRecord(block, at) : null;
  if (record === null) return false;
  const seq = record.word & ~FLAGS;
  const { timeNs } = record;
  if (timeNs !== 0n && !isPlausibleTime(timeNs)) return false;
  if (record.word & (1n << 62n)) {
    if (record.length !== 30 || record.word >> 63n) return false;
  } else if (seq <= last) return false;
  if (seq > (last === 0n ? HIGHEST_FIRST_SEQ : last + FURTHEST_JUMP)) return false;
  return isWhole(key, block, at, record);
}

function headerFault(block: Uint8Array, at: number, record: RawRecord): string {
  const from = at + 26 + record.subjectBytes;
  const bytes = new DataView(block.buffer, block.byteOffset + from - 4).getUint32(0, true);
  if (from + bytes > at + record.length - 8) return 'header-length';
  const text = Array.from(block.subarray(from, from + bytes), (byte) => String.fromCharCode(byte)).join('');
  if (bytes < 12 || !text.startsWith('NATS/1.0')) return 'header-prefix';
  return text.endsWith('\r\n\r\n') ? '' : 'header-end';
}
