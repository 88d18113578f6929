import { fsyncSync } from 'node:fs';
import { copyShared } from '../core/bytes/copy-shared.ts';
import { packedRoom, packEntry } from '../container/tar/packed-entry.ts';
import { ChangedError } from '../core/error.ts';
import { refusedWrite } from '../core/system-error.ts';
import {
  CHECKSUM_BYTES,
  ERASED_BIT,
  HEADER_LENGTH_BYTES,
  LEAST_RECORD_BYTES,
  RECORD_HEAD_BYTES,
  seqWordAt,
  subjectBytesAt,
  summedOfEmpty,
  timeNsAt,
  writeEmptyRecord,
} from '../format/block/record.ts';
import {
  highwayHash64,
  recordsOfV2,
  rewriteRecords,
  rewriteWindow,
  v2EntriesWindow,
  type SubjectLot,
} from '../kernels/index.ts';
import { pathOf, type ByteSource } from '../source/byte-source.ts';
import type { RewriteJob, RewriteResult, TimedMessage } from './jobs/rewrite.ts';
import { checkHeld, readBackOf, type Scanned } from './read-back.ts';
import { openBlock } from './open-block.ts';
import { writeAt } from './write-at.ts';

/** A thread holds a block three times: read, written and packed. */
export const LARGEST_BLOCK_BYTES: number = 16 * 1024 * 1024;

/** Copies the live records of its source behind one another and seals them with another key. Throws ToolError, ChangedError. */
export function rewriteBlock(job: RewriteJob): RewriteResult {
  return rewriteHeld(job, readRecords(job));
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
  if (kept === null) throw new ChangedError(pathOf(job.source));
  const { bytes: messages, ...totals } = kept;
  const bytes = rewriteWindow(messages.length + tail.length);
  bytes.set(tail, messages.length);
  const lastChecksum = new Uint8Array(bytes.subarray(-CHECKSUM_BYTES));
  const isWhole = messages.length === lengthBytes;
  const isSame = job.keepsSums && tail.length === 0 && isWhole;
  return {
    kind: 'rewrite',
    contentBytes: bytes.length,
    ...put(bytes, job, { isWhole, isSame }, isSame ? scanned : null),
    ...totals,
    messageBytes: messages.length,
    subjects,
    timed,
    lastChecksum,
  };
}

/**
 * Puts a block where it belongs: as chunks that are proven, else as it is. `isWhole`: it has all records of its source where they
 * are there; `isSame`: it is what its source holds.
 */
function put(
  bytes: Uint8Array,
  { source, input, target }: RewriteJob,
  { isWhole, isSame }: { readonly isWhole: boolean; readonly isSame: boolean },
  scanned: Scanned | null,
): Pick<RewriteResult, 'lengthBytes' | 'isPacked' | 'readBack'> {
  const asItIs = { lengthBytes: bytes.length, isPacked: false };
  if (target.kind === 'file') {
    writeWhole(target.descriptor, bytes);
    const { readBack } = target;
    return { ...asItIs, readBack: readBack === null ? null : readBackOf(readBack, bytes, scanned) };
  }
  const { pack } = target;
  const block = isWhole && input.holds === 'block' ? openBlock(source) : null;
  try {
    const encoded = { chunks: block?.encodedChunks() ?? [], isSame };
    const packed = pack === null ? null : packEntry(pack.path, bytes.length, target.bytes, encoded);
    if (pack !== null && packed !== null) {
      const readBack = packed.isProven ? checkHeld(pack, bytes, scanned) : null;
      return { lengthBytes: packed.packedBytes, isPacked: true, readBack };
    }
  } finally {
    block?.close();
  }
  copyShared(bytes, target.bytes);
  return { ...asItIs, readBack: null };
}

function writeWhole(descriptor: number, bytes: Uint8Array): void {
  writeAt(descriptor, bytes, 0);
  try {
    fsyncSync(descriptor);
  } catch (error) {
    throw refusedWrite(error);
  }
}

/** Puts records where the kernel rewrites them; gives how many bytes they have. */
function readRecords({ source, input }: RewriteJob): number {
  const block = openBlock(source, input.holds === 'damaged-block');
  try {
    const { content } = block;
    switch (input.holds) {
      case 'block':
        return readWhole(content, rewriteWindow(content.sizeBytes), 0);
      case 'damaged-block':
        return readSpans(content, input.spansBytes);
      case 'v2-messages':
        return recordsOf(source, readWhole(content, v2EntriesWindow(content.sizeBytes), 0));
    }
  } finally {
    block.close();
  }
}

function readWhole(content: ByteSource, target: Uint8Array, offsetBytes: number): number {
  let lengthBytes = 0;
  while (lengthBytes < target.length) {
    const readBytes = content.read(target.subarray(lengthBytes), offsetBytes + lengthBytes);
    if (readBytes === 0) break;
    lengthBytes += readBytes;
  }
  return lengthBytes;
}

function readSpans(content: ByteSource, spansBytes: Float64Array): number {
  const window = rewriteWindow(content.sizeBytes);
  let lengthBytes = 0;
  for (let i = 0; i + 1 < spansBytes.length; i += 2) {
    const [from, to] = [spansBytes[i] ?? 0, spansBytes[i + 1] ?? 0];
    lengthBytes += readWhole(content, window.subarray(lengthBytes, lengthBytes + to - from), from);
  }
  return lengthBytes;
}

/** Makes records of the entries of a V2 archive that lie there; gives how many bytes they have. */
function recordsOf(source: RewriteJob['source'], lengthBytes: number): number {
  const recordBytes = recordsOfV2(lengthBytes);
  if (recordBytes === null) throw new ChangedError(pathOf(source));
  return recordBytes;
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
  record.set(highwayHash64(key, summedOfEmpty(record)), RECORD_HEAD_BYTES);
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
