import { fingerprint, type MessageParts } from '../codec/fingerprint.ts';
import { unpackRanges } from '../core/packed-ranges.ts';
import { mapSubject, type SubjectMapping } from '../core/subject-map.ts';
import { SEQ_FLAGS } from '../format/block/record.ts';
import type { RecordColumns } from '../kernels/index.ts';
import type { FingerprintJob, FingerprintResult } from './jobs/fingerprint.ts';
import { openBlock } from './open-block.ts';
import { scanSource } from './scan-block.ts';

const MOST_KNOWN_SUBJECTS = 100_000;

/** Takes the fingerprints of messages, their subjects mapped first. */
export class Fingerprints {
  readonly #mappings: readonly SubjectMapping[];
  readonly #mapped = new Map<string, Uint8Array>();

  constructor(mappings: readonly SubjectMapping[]) {
    this.#mappings = mappings;
  }

  of(parts: MessageParts, timeNs: bigint): bigint {
    const subject = this.#mappings.length === 0 ? parts.subject : this.#map(parts.subject);
    return fingerprint({ subject, header: parts.header, payload: parts.payload }, timeNs);
  }

  #map(subject: Uint8Array): Uint8Array {
    const text = Buffer.from(subject.buffer, subject.byteOffset, subject.length).toString('latin1');
    const known = this.#mapped.get(text);
    if (known !== undefined) return known;
    const mapped = Buffer.from(mapSubject(this.#mappings, text), 'latin1');
    if (this.#mapped.size < MOST_KNOWN_SUBJECTS) this.#mapped.set(text, mapped);
    return mapped;
  }
}

/** Finds the place of sequences in a set, as they rise. */
export class RankWalk {
  readonly #ranges: BigUint64Array;
  #at = 0;
  #before = 0n;

  constructor(ranges: BigUint64Array) {
    this.#ranges = ranges;
  }

  /** How many members lie below `seq`; -1 where it is none. Sequences must be asked for in rising order. */
  rankOf(seq: bigint): number {
    while (this.#at < this.#ranges.length && (this.#ranges[this.#at + 1] ?? 0n) < seq) {
      this.#before += (this.#ranges[this.#at + 1] ?? 0n) - (this.#ranges[this.#at] ?? 0n) + 1n;
      this.#at += 2;
    }
    const from = this.#ranges[this.#at];
    return from === undefined || seq < from ? -1 : Number(this.#before + seq - from);
  }
}

/** The job of a thread: fingerprints of the wanted messages of one block. `loadFingerprints` has been awaited. */
export function fingerprintBlock(job: FingerprintJob, maxTouchedBytes?: number): FingerprintResult {
  const prints = new BigUint64Array(Number(job.wanted.count));
  const walk = new RankWalk(unpackRanges(job.wanted));
  const fingerprints = new Fingerprints(job.subjectMappings);
  const block = openBlock(job.source);
  const onRecords = (columns: RecordColumns, window: Uint8Array): void => {
    for (let i = 0; i < columns.count; i++) {
      const seq = columns.seqWord[i] ?? 0n;
      if ((seq & SEQ_FLAGS) !== 0n) continue;
      const rank = walk.rankOf(seq);
      if (rank >= 0) prints[rank] = fingerprints.of(partsAt(columns, window, i), columns.timeNs[i] ?? 0n);
    }
  };
  try {
    scanSource(block.content, { key: job.key, maxTouchedBytes, onRecords, withoutRanges: true });
  } finally {
    block.close();
  }
  return { kind: 'fingerprint', prints };
}

/** The parts of one record; views of the window. */
function partsAt(columns: RecordColumns, window: Uint8Array, i: number): MessageParts {
  const part = (at: number | undefined, lengthBytes: number | undefined): Uint8Array =>
    window.subarray(at ?? 0, (at ?? 0) + (lengthBytes ?? 0));
  return {
    subject: part(columns.subjectAt[i], columns.subjectBytes[i]),
    header: part(columns.headerAt[i], columns.headerBytes[i]),
    payload: part(columns.payloadAt[i], columns.payloadBytes[i]),
  };
}
