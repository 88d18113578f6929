import { openContainer } from '../../../src/container/open.ts';
import { openCompressedBlock } from '../../../src/container/compressed-block.ts';
import { endOf, V2EntryReader } from '../../../src/container/v2-entry-reader.ts';
import type { OpenContainer, V2StreamParts } from '../../../src/container/entry.ts';
import type { ByteSource } from '../../../src/source/byte-source.ts';
import { MemorySource } from '../../../src/source/memory.ts';
import { recordsOf } from '../damage.ts';
import { messageList, messageSum } from '../message-list.ts';

/** A record as it lies in an undamaged block, or an entry of a V2 archive. */
export interface OriginalRecord {
  readonly seq: bigint;
  /** A message that its stream serves; else a deleted one, or the mark of a delete. */
  readonly isLive: boolean;
  readonly isTombstone: boolean;
  readonly bytes: Buffer;
}

/** A file of an undamaged archive. */
export interface OriginalFile {
  readonly path: string;
  /** As it is kept; and what a compressed block decodes to, else null. */
  readonly bytes: Buffer;
  readonly decoded: Buffer | null;
  readonly records: readonly OriginalRecord[];
}

export interface Original {
  readonly messages: ReadonlyMap<bigint, string>;
  readonly files: readonly OriginalFile[];
}

const known = new Map<string, Promise<Original>>();

/** All there is in an archive of one stream that nobody changes; it is read once. */
export async function originalOf(path: string): Promise<Original> {
  const original = known.get(path) ?? read(path);
  known.set(path, original);
  return original;
}

async function read(path: string): Promise<Original> {
  const messages = await messageList(path);
  const container = await openContainer(path, {});
  try {
    return { messages, files: filesOf(container, messages) };
  } finally {
    container.close();
  }
}

function filesOf({ streams: [parts] }: OpenContainer, live: ReadonlyMap<bigint, string>): OriginalFile[] {
  if (parts === undefined || parts.form === 'config') return [];
  if (parts.form === 'v2') return [v2File(parts, live)];
  return parts.entries.map((entry) => {
    const { path } = entry;
    const source = entry.open();
    const bytes = wholeOf(source);
    source.close();
    if (!path.endsWith('.blk')) return { path, bytes, decoded: null, records: [] };
    const packed = openCompressedBlock(new MemorySource(bytes));
    const decoded = packed === null ? null : wholeOf(packed);
    return { path, bytes, decoded, records: blockRecords(decoded ?? bytes, live) };
  });
}

function wholeOf(source: ByteSource): Buffer {
  const bytes = Buffer.alloc(source.sizeBytes);
  source.read(bytes, 0);
  return bytes;
}

const TOMBSTONE = 1n << 62n;
const HEAD_BYTES = 22;

function blockRecords(block: Buffer, live: ReadonlyMap<bigint, string>): OriginalRecord[] {
  return recordsOf(block).map(({ at, length, seq: word, subject: subjectBytes, hasHeader }) => {
    const bytes = block.subarray(at, at + length);
    const seq = BigInt.asUintN(62, word);
    const subjectEnd = HEAD_BYTES + subjectBytes;
    const headerEnd = hasHeader ? subjectEnd + 4 + bytes.readUInt32LE(subjectEnd) : subjectEnd;
    const sum = messageSum({
      timeNs: bytes.readBigInt64LE(12),
      subject: bytes.subarray(HEAD_BYTES, subjectEnd),
      header: hasHeader ? bytes.subarray(subjectEnd + 4, headerEnd) : null,
      data: bytes.subarray(headerEnd, length - 8),
    });
    return {
      seq,
      isLive: word === seq && live.get(seq) === sum,
      isTombstone: (word & TOMBSTONE) !== 0n,
      bytes,
    };
  });
}

/** The messages of a V2 archive lie one behind the other, the first of them behind documents without a sequence. */
function v2File(parts: V2StreamParts, live: ReadonlyMap<bigint, string>): OriginalFile {
  const body = parts.body.open();
  const bytes = wholeOf(body);
  const reader = new V2EntryReader(body);
  const records: OriginalRecord[] = [];
  for (let at = 0, head = reader.headAt(0, bytes.length); head !== null;) {
    const end = endOf(at, head);
    const { seq } = head;
    if (live.has(seq))
      records.push({ seq, isLive: true, isTombstone: false, bytes: bytes.subarray(at, end) });
    at = end;
    head = reader.headAt(at, bytes.length);
  }
  body.close();
  return { path: 'messages', bytes, decoded: null, records };
}
