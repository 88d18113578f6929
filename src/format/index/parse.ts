import { keyedSum } from '../../codec/highwayhash.ts';
import { sumSubjectTable } from '../../codec/subject-table.ts';
import { Cursor } from '../../core/bytes/cursor.ts';
import { packRanges } from '../../core/packed-ranges.ts';
import { failed, ok, type Result } from '../../core/result.ts';
import type { Fault } from '../../findings/finding.ts';
import { parseSequenceSet } from '../sequence-set/parse.ts';
import type { IndexBlock, IndexSubject, StreamIndex } from './types.ts';

const MAGIC = 11; // server: fullStateMagic
const MAX_VERSION = 4; // server: fullStateVersion
const MIN_BYTES = 32; // server: fullStateMinimum
const SUM_BYTES = 8;

/** Whether the file's last 8 bytes are the sum of what stands before, keyed with the stream's name. */
export function checkIndexSum(bytes: Uint8Array, streamName: string): boolean {
  if (bytes.length < SUM_BYTES) return false;
  const end = bytes.length - SUM_BYTES;
  const sum = keyedSum(streamName, bytes.subarray(0, end));
  return sum.every((byte, i) => byte === bytes[end + i]);
}

/**
 * Reads index.db, versions 1 to 4; its sum is for `checkIndexSum`. `again` gives the same bytes when the subjects are
 * walked, so that these need not be kept. (server: recoverFullState)
 */
export function parseIndex(
  bytes: Uint8Array,
  again: () => Uint8Array = () => bytes,
): Result<StreamIndex, Fault> {
  if (bytes.length < MIN_BYTES) return failed({ code: 'IDX_CUT', data: { bytes: bytes.length } });
  const cursor = new Cursor(bytes.subarray(0, bytes.length - SUM_BYTES));
  const magic = cursor.u8();
  const version = cursor.u8();
  if (magic !== MAGIC) return corrupt(0, 'magic');
  if (version < 1 || version > MAX_VERSION)
    return failed({ code: 'IDX_VERSION_UNSUPPORTED', offsetBytes: 1, data: { version } });
  const head = {
    version,
    messages: cursor.uvarint(),
    bytes: cursor.uvarint(),
    firstSeq: cursor.uvarint(),
    firstTimeNs: cursor.varint(),
    lastSeq: cursor.uvarint(),
    lastTimeNs: cursor.varint(),
  };
  const numSubjects = cursor.count();
  const subjectsAt = cursor.offsetBytes;
  if (numSubjects * 4 > cursor.remainingBytes || cursor.isShort) return corrupt(subjectsAt, 'subject count');
  const subjectTotals = sumSubjectTable(cursor.bytes, subjectsAt, numSubjects, version >= 4);
  if (subjectTotals !== null) cursor.offsetBytes = subjectTotals.endBytes;
  else
    for (const subject of walkSubjects(cursor, version, numSubjects))
      if (!isSubject(subject.subject)) return corrupt(cursor.offsetBytes, 'subject');
  const blocks = parseBlocks(cursor, version, head.firstTimeNs);
  if (blocks === null) return corrupt(cursor.offsetBytes, 'blocks');
  const lastBlockIndex = cursor.count();
  const lastChecksum = cursor.borrow(8).slice();
  if (cursor.isShort) return corrupt(cursor.offsetBytes, 'end');
  if (blocks.length > 0 && blocks.at(-1)?.index !== lastBlockIndex)
    return corrupt(cursor.offsetBytes, 'last block');
  const index: StreamIndex = {
    ...head,
    numSubjects,
    subjectTotals,
    subjects: () => walkSubjects(new Cursor(again(), subjectsAt), version, numSubjects),
    blocks,
    lastBlockIndex,
    lastChecksum,
  };
  return hasAgreeingTotals(index) ? ok(index) : corrupt(2, 'totals');
}

function corrupt(offsetBytes: number, what: string): Result<never, Fault> {
  return failed({ code: 'IDX_CORRUPT', offsetBytes, data: { what } });
}

function* walkSubjects(cursor: Cursor, version: number, count: number): Generator<IndexSubject> {
  for (let i = 0; i < count && !cursor.isShort; i++) {
    const subject = cursor.borrow(cursor.count());
    const messages = cursor.uvarint();
    const firstBlock = cursor.count();
    const lastBlock = version >= 4 || messages > 1n ? cursor.count() : firstBlock;
    yield { subject, messages, firstBlock, lastBlock };
  }
}

/** What the server refuses in a subject: nothing at all, NUL. */
function isSubject(subject: Uint8Array): boolean {
  return subject.length > 0 && !subject.includes(0);
}

function parseBlocks(cursor: Cursor, version: number, baseTimeNs: bigint): IndexBlock[] | null {
  const count = cursor.count();
  if (cursor.isShort || count * 7 > cursor.remainingBytes) return null;
  const blocks: IndexBlock[] = [];
  for (let i = 0; i < count; i++) {
    const block = {
      index: cursor.count(),
      bytes: cursor.uvarint(),
      firstSeq: cursor.uvarint(),
      firstTimeNs: cursor.varint() + baseTimeNs,
      lastSeq: cursor.uvarint(),
      lastTimeNs: cursor.varint() + baseTimeNs,
      numDeleted: cursor.uvarint(),
      ttls: version >= 2 ? cursor.count() : null,
      schedules: version >= 3 ? cursor.count() : null,
    };
    const deleted =
      block.numDeleted > 0n ? parseSequenceSet(cursor) : { ranges: new BigUint64Array(0), members: 0n };
    if (deleted === null || cursor.isShort) return null;
    blocks.push({ ...block, deleted: packRanges(deleted.ranges) });
  }
  return blocks;
}

/** A block counts last - first + 1 - deleted messages, never fewer than none. */
function hasAgreeingTotals(index: StreamIndex): boolean {
  let messages = 0n;
  let bytes = 0n;
  for (const block of index.blocks) {
    const live = block.lastSeq - block.firstSeq + 1n - block.numDeleted;
    messages += live > 0n ? live : 0n;
    bytes += block.bytes;
  }
  return messages === index.messages && bytes === index.bytes;
}
