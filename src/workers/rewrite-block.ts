import { fsyncSync } from 'node:fs';
import { packedRoom, packEntry } from '../container/tar/packed-entry.ts';
import { ToolError } from '../core/error.ts';
import {
  CHECKSUM_BYTES,
  ERASED_BIT,
  HEADER_LENGTH_BYTES,
  LEAST_RECORD_BYTES,
  RECORD_HEAD_BYTES,
  seqWordAt,
  subjectBytesAt,
  timeNsAt,
  writeEmptyRecord,
} from '../format/block/record.ts';
import { rewriteRecords, rewriteWindow, sealRecords, type SubjectLot } from '../kernels/index.ts';
import type { RewriteJob, RewriteResult, RewriteTarget, ScanJob, ScanResult, TimedMessage } from './jobs.ts';
import { Twin } from './twin.ts';
import { openBlock } from './open-block.ts';
import { LargeRecord, MAX_TOUCHED_BYTES, scanBlock } from './scan-block.ts';
import { writeAt } from './write-at.ts';

/** A thread holds a block three times: read, written and packed. */
export const LARGEST_BLOCK_BYTES: number = 16 * 1024 * 1024;

/** Compared at a time: what was read lies in the cache still. */
const COMPARED_BYTES = 256 * 1024;

/** Copies the live records of a sound block behind one another and seals them with another key. Throws ToolError. */
export function rewriteBlock(job: RewriteJob): RewriteResult {
  return rewriteHeld(job, readBlock(job));
}

/** What is known of the block that is rewritten, and how that was asked for. */
export interface Scanned {
  readonly job: ScanJob;
  readonly result: ScanResult;
}

/** The same of a block whose bytes lie where the kernel rewrites them; `scanned`: those very bytes. */
export function rewriteHeld(
  job: RewriteJob,
  lengthBytes: number,
  scanned: Scanned | null = null,
): RewriteResult {
  const tail = tailOf(job);
  const subjects: SubjectLot[] = [];
  const timed: TimedMessage[] = [];
  const kept = rewriteRecords(lengthBytes, {
    live: job.live,
    key: job.keepsSums ? null : job.key,
    onSubjects: job.countsSubjects ? (lot) => subjects.push(lot) : null,
    onTimed: (record) => timed.push(timedMessage(record)),
  });
  if (kept === null) throw new ToolError('a block changed while it was read');
  const { bytes: messages, ...totals } = kept;
  const bytes = rewriteWindow(messages.length + tail.length);
  bytes.set(tail, messages.length);
  const lastChecksum = new Uint8Array(bytes.subarray(-CHECKSUM_BYTES));
  const packedBytes = put(bytes, job.target);
  const isSame = job.keepsSums && tail.length === 0 && messages.length === lengthBytes;
  return {
    kind: 'rewrite',
    lengthBytes: packedBytes ?? bytes.length,
    contentBytes: bytes.length,
    readBack: readBackOf(job.target, bytes, isSame ? scanned : null),
    isPacked: packedBytes !== null,
    ...totals,
    messageBytes: messages.length,
    subjects,
    timed,
    lastChecksum,
  };
}

/** Whoever checks the whole reads what this thread may not. `scanned`: the bytes that were written, before. */
function readBackOf(target: RewriteTarget, bytes: Uint8Array, scanned: Scanned | null): ScanResult | null {
  if (target.kind !== 'file' || target.readBack === null) return null;
  const { readBack } = target;
  if (scanned?.job.headerSeqs === readBack.headerSeqs && isThere(readBack, bytes))
    return asPlainFile(scanned.result);
  try {
    return scanBlock(readBack, MAX_TOUCHED_BYTES);
  } catch (error) {
    if (error instanceof LargeRecord) return null;
    throw error;
  }
}

/** Whether a file, read again, holds these bytes. */
function isThere({ source }: ScanJob, bytes: Uint8Array): boolean {
  const file = new Twin(source, bytes.length);
  try {
    for (let at = 0; at < bytes.length; at += COMPARED_BYTES)
      file.compare(bytes.subarray(at, at + COMPARED_BYTES), at);
    return file.result().isEqual;
  } finally {
    file.close();
  }
}

/** What a scan found, without what it was packed in. */
function asPlainFile({ scan }: ScanResult): ScanResult {
  return {
    kind: 'scan',
    compression: 'none',
    scan: { ...scan, live: null },
    presumed: null,
    blockFaults: [],
    carrierFaults: [],
    carrierChecked: [],
    twins: [],
  };
}

/** Gives the length of the chunks that it made of the block; null where it put the block as it is. */
function put(bytes: Uint8Array, target: RewriteTarget): number | null {
  if (target.kind === 'file') writeWhole(target.descriptor, bytes);
  else {
    const packedBytes = target.packPath === null ? null : packEntry(target.packPath, bytes, target.bytes);
    if (packedBytes !== null) return packedBytes;
    target.bytes.set(bytes);
  }
  return null;
}

function writeWhole(descriptor: number, bytes: Uint8Array): void {
  writeAt(descriptor, bytes, 0);
  try {
    fsyncSync(descriptor);
  } catch (error) {
    throw new ToolError(error instanceof Error ? error.message : String(error));
  }
}

/** Puts a block's bytes where the kernel rewrites them. */
function readBlock({ source }: RewriteJob): number {
  const block = openBlock(source);
  try {
    const { content } = block;
    const window = rewriteWindow(content.sizeBytes);
    let lengthBytes = 0;
    while (lengthBytes < content.sizeBytes) {
      const readBytes = content.read(window.subarray(lengthBytes), lengthBytes);
      if (readBytes === 0) break;
      lengthBytes += readBytes;
    }
    return lengthBytes;
  } finally {
    block.close();
  }
}

/** Room for the result of a block of this many bytes. */
export function rewrittenRoom(blockBytes: number): number {
  return packedRoom(blockBytes + LEAST_RECORD_BYTES);
}

/** The record that the new block ends with, if any. */
function tailOf({ tail, key }: RewriteJob): Uint8Array {
  if (tail === null) return new Uint8Array(0);
  const record = Buffer.alloc(LEAST_RECORD_BYTES);
  writeEmptyRecord(record, tail.seq | ERASED_BIT, tail.timeNs);
  sealRecords(key, record);
  return record;
}

function timedMessage(record: Buffer): TimedMessage {
  const subjectEnd = RECORD_HEAD_BYTES + subjectBytesAt(record, 0);
  const headerAt = subjectEnd + HEADER_LENGTH_BYTES;
  return {
    seq: seqWordAt(record, 0),
    timeNs: timeNsAt(record, 0),
    subject: record.toString('latin1', RECORD_HEAD_BYTES, subjectEnd),
    header: new Uint8Array(record.subarray(headerAt, headerAt + record.readUInt32LE(subjectEnd))),
  };
}
