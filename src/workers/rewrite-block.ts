import { packedRoom, packEntry } from '../container/tar/packed-entry.ts';
import { ToolError } from '../core/error.ts';
import { MAX_SEQUENCE, RisingLookup } from '../core/sequence-ranges.ts';
import {
  CHECKSUM_BYTES,
  ERASED_BIT,
  HEADER_LENGTH_BYTES,
  LEAST_RECORD_BYTES,
  RECORD_HEAD_BYTES,
  hasHeaderAt,
  leastBytesAt,
  recordBytesAt,
  seqWordAt,
  subjectBytesAt,
  timeNsAt,
  writeEmptyRecord,
} from '../format/block/record.ts';
import { sealRecords } from '../kernels/index.ts';
import type { RewriteJob, RewriteResult, TimedMessage } from './jobs.ts';
import { openBlock } from './open-block.ts';

/** Records are sealed in pieces, so that little of the kernels' memory is touched. */
const PIECE_BYTES = 1024 * 1024;

/** Memory that a thread uses again for each block: it would pile up before it is tidied away. */
class Scratch {
  #bytes = Buffer.alloc(0);

  room(lengthBytes: number): Buffer {
    if (this.#bytes.length < lengthBytes) this.#bytes = Buffer.allocUnsafeSlow(lengthBytes);
    return this.#bytes.subarray(0, lengthBytes);
  }
}

const scratch = new Scratch();

/** Copies the live records of a sound block behind one another and seals them with another key. Throws ToolError. */
export function rewriteBlock(job: RewriteJob): RewriteResult {
  const { bytes: content, lengthBytes } = readBlock(job);
  const block = new Rewriting(job, content);
  block.run(lengthBytes);
  const bytes = block.written;
  const packedBytes = job.packPath === null ? null : packEntry(job.packPath, bytes, job.target);
  if (packedBytes === null) job.target.set(bytes);
  return {
    kind: 'rewrite',
    lengthBytes: packedBytes ?? bytes.length,
    isPacked: packedBytes !== null,
    ...block.facts,
    lastChecksum: new Uint8Array(bytes.subarray(-CHECKSUM_BYTES)),
  };
}

/** A block's bytes, with room behind them for one more record. */
function readBlock({ source }: RewriteJob): { readonly bytes: Buffer; readonly lengthBytes: number } {
  const block = openBlock(source);
  try {
    const { content } = block;
    const bytes = scratch.room(content.sizeBytes + LEAST_RECORD_BYTES);
    let lengthBytes = 0;
    while (lengthBytes < content.sizeBytes) {
      const readBytes = content.read(bytes.subarray(lengthBytes, content.sizeBytes), lengthBytes);
      if (readBytes === 0) break;
      lengthBytes += readBytes;
    }
    return { bytes, lengthBytes };
  } finally {
    block.close();
  }
}

/** Room for the result of a block of this many bytes. */
export function rewrittenRoom(blockBytes: number): number {
  return packedRoom(blockBytes + LEAST_RECORD_BYTES);
}

type Facts = { -readonly [K in keyof RewriteResult]: RewriteResult[K] };

/** What is kept moves down in the same memory, over what was read before. */
class Rewriting {
  readonly #job: RewriteJob;
  readonly #content: Buffer;
  readonly #subjects = new Map<string, number>();
  readonly #timed: TimedMessage[] = [];
  readonly facts: Omit<Facts, 'kind' | 'lengthBytes' | 'isPacked' | 'lastChecksum'>;
  #lengthBytes = 0;
  #sealedBytes = 0;

  constructor(job: RewriteJob, content: Buffer) {
    this.#job = job;
    this.#content = content;
    this.facts = {
      messages: 0,
      messageBytes: 0,
      firstSeq: 0n,
      firstTimeNs: 0n,
      lastSeq: 0n,
      lastTimeNs: 0n,
      subjects: this.#subjects,
      timed: this.#timed,
    };
  }

  get written(): Buffer {
    return this.#content.subarray(0, this.#lengthBytes);
  }

  run(contentBytes: number): void {
    const { live, tail } = this.#job;
    const content = this.#content;
    const wanted = new RisingLookup(live);
    for (let at = 0; at < contentBytes;) {
      const lengthBytes = soundLength(content, at, contentBytes - at);
      const seqWord = seqWordAt(content, at);
      if (seqWord <= MAX_SEQUENCE && wanted.has(seqWord)) this.#take(at, lengthBytes);
      at += lengthBytes;
    }
    if (tail !== null) this.#end(tail.seq, tail.timeNs);
    this.#seal(0);
  }

  #take(at: number, lengthBytes: number): void {
    const content = this.#content;
    const to = this.#lengthBytes;
    if (to !== at) content.copyWithin(to, at, at + lengthBytes);
    this.#lengthBytes += lengthBytes;
    const [seq, timeNs] = [seqWordAt(content, to), timeNsAt(content, to)];
    const subjectAt = to + RECORD_HEAD_BYTES;
    const subjectEnd = subjectAt + subjectBytesAt(content, to);
    const subject = content.toString('latin1', subjectAt, subjectEnd);
    this.#subjects.set(subject, (this.#subjects.get(subject) ?? 0) + 1);
    if (hasHeaderAt(content, to)) this.#readHeader(seq, timeNs, subject, subjectEnd);
    const { facts } = this;
    if (facts.messages === 0) [facts.firstSeq, facts.firstTimeNs] = [seq, timeNs];
    facts.messages++;
    facts.messageBytes += lengthBytes;
    [facts.lastSeq, facts.lastTimeNs] = [seq, timeNs];
    this.#seal(PIECE_BYTES);
  }

  #readHeader(seq: bigint, timeNs: bigint, subject: string, at: number): void {
    const headerAt = at + HEADER_LENGTH_BYTES;
    const header = this.#content.subarray(headerAt, headerAt + this.#content.readUInt32LE(at));
    if (header.includes('\r\nNats-TTL:') || header.includes('\r\nNats-Schedule:'))
      this.#timed.push({ seq, timeNs, subject, header: new Uint8Array(header) });
  }

  #end(seq: bigint, timeNs: bigint): void {
    const record = this.#content.subarray(this.#lengthBytes, this.#lengthBytes + LEAST_RECORD_BYTES);
    writeEmptyRecord(record, seq | ERASED_BIT, timeNs);
    this.#lengthBytes += LEAST_RECORD_BYTES;
    if (this.#job.keepsSums) sealRecords(this.#job.key, record);
  }

  /** Seals what was taken, once it is at least this much. */
  #seal(leastBytes: number): void {
    if (this.#job.keepsSums || this.#lengthBytes - this.#sealedBytes <= leastBytes) return;
    sealRecords(this.#job.key, this.#content.subarray(this.#sealedBytes, this.#lengthBytes));
    this.#sealedBytes = this.#lengthBytes;
  }
}

/** The length of the record at an offset. It was checked before: another length means that somebody writes to the file. */
function soundLength(content: Buffer, at: number, left: number): number {
  if (left < LEAST_RECORD_BYTES) throw changed();
  const lengthBytes = recordBytesAt(content, at);
  if (lengthBytes < leastBytesAt(content, at) || lengthBytes > left) throw changed();
  return lengthBytes;
}

function changed(): ToolError {
  return new ToolError('a block changed while it was read');
}
