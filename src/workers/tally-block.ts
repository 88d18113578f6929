import { unpackRanges } from '../core/packed-ranges.ts';
import { hasSequence, NO_SEQUENCES } from '../core/sequence-ranges.ts';
import { subjectMatches } from '../core/subject.ts';
import { SEQ_FLAGS } from '../format/block/record.ts';
import { subjectDigest, type MessageTotals, type RecordColumns } from '../kernels/index.ts';
import { addSubject, packSubjects, type BlockTally } from './subject-columns.ts';
import type { PendingQuery, SubjectTally, TallyJob, TallyResult } from './jobs/tally.ts';
import { openBlock } from './open-block.ts';
import { scanSource } from './scan-block.ts';

/** Runs of live sequences above this are looked up one by one. */
const MOST_LIVE = 2 * 32768;

const DIGEST_MASK = (1n << 64n) - 1n;

/** Adds live messages up, one by one. */
export class Tally {
  messages = 0;
  bytes = 0;
  firstSeq = 0n;
  lastSeq = 0n;
  firstTimeNs = 0n;
  lastTimeNs = 0n;
  digest = 0n;
  readonly subjects = new Map<string, SubjectTally>();
  readonly pending: number[];
  readonly #queries: readonly PendingQuery[];
  readonly #matches: Map<string, boolean>[];
  readonly #wantSubjects: boolean;

  constructor(queries: readonly PendingQuery[], wantSubjects: boolean) {
    this.#queries = queries;
    this.#wantSubjects = wantSubjects;
    this.pending = queries.map(() => 0);
    this.#matches = queries.map(() => new Map<string, boolean>());
  }

  add(seq: bigint, timeNs: bigint, bytes: number, subject: Uint8Array): void {
    if (this.messages === 0) {
      this.firstSeq = seq;
      this.firstTimeNs = timeNs;
    }
    this.messages++;
    this.bytes += bytes;
    this.lastSeq = seq;
    this.lastTimeNs = timeNs;
    this.digest += subjectDigest(subject);
    if (!this.#wantSubjects && this.#queries.length === 0) return;
    const text = Buffer.from(subject.buffer, subject.byteOffset, subject.length).toString('latin1');
    if (this.#wantSubjects) addSubject(this.subjects, text, 1, bytes, seq);
    this.#countPending(text, seq);
  }

  /** Takes many messages at once; only where neither subjects nor consumers are counted. */
  addRun(run: MessageTotals): void {
    if (this.messages === 0) {
      this.firstSeq = run.firstSeq;
      this.firstTimeNs = run.firstTimeNs;
    }
    this.messages += run.messages;
    this.bytes += run.bytes;
    this.lastSeq = run.lastSeq;
    this.lastTimeNs = run.lastTimeNs;
    this.digest += run.subjectDigest;
  }

  #countPending(subject: string, seq: bigint): void {
    this.#queries.forEach((query, i) => {
      if (seq <= query.afterSeq) return;
      if (query.patterns.length === 0 || this.#isMatch(i, query, subject))
        this.pending[i] = (this.pending[i] ?? 0) + 1;
    });
  }

  #isMatch(i: number, query: PendingQuery, subject: string): boolean {
    const known = this.#matches[i];
    const cached = known?.get(subject);
    if (cached !== undefined) return cached;
    const matches = query.patterns.some((pattern) => subjectMatches(pattern, subject));
    if (known !== undefined && known.size < 100_000) known.set(subject, matches);
    return matches;
  }

  result(): TallyResult {
    return {
      kind: 'tally',
      messages: this.messages,
      bytes: this.bytes,
      firstSeq: this.firstSeq,
      lastSeq: this.lastSeq,
      firstTimeNs: this.firstTimeNs,
      lastTimeNs: this.lastTimeNs,
      subjectDigest: this.digest & DIGEST_MASK,
      subjects: this.subjects,
      pending: this.pending,
    };
  }
}

/** Adds up the live messages of a block: a second look, for blocks that hold dead records too. */
export function tallyBlock(job: TallyJob, maxTouchedBytes?: number): BlockTally {
  const tally = new Tally(job.pending, job.wantSubjects);
  const { salvage = false } = job;
  const block = openBlock(job.source, salvage);
  const needsEach = job.wantSubjects || job.pending.length > 0 || 2 * job.live.pairs > MOST_LIVE;
  const wanted = needsEach ? unpackRanges(job.live) : NO_SEQUENCES;
  try {
    const { live } = scanSource(block.content, {
      key: job.key,
      salvage,
      maxTouchedBytes,
      ...(needsEach
        ? { onRecords: (columns, window) => tallyRecords(columns, window, wanted, tally) }
        : { live: job.live }),
    });
    if (live !== null && live.messages > 0) tally.addRun(live);
  } finally {
    block.close();
  }
  const result = tally.result();
  return { ...result, subjects: packSubjects(result.subjects) };
}

function tallyRecords(columns: RecordColumns, window: Uint8Array, live: BigUint64Array, tally: Tally): void {
  for (let i = 0; i < columns.count; i++) {
    const seq = columns.seqWord[i] ?? 0n;
    if ((seq & SEQ_FLAGS) !== 0n || !hasSequence(live, seq)) continue;
    const at = columns.subjectAt[i] ?? 0;
    const subject = window.subarray(at, at + (columns.subjectBytes[i] ?? 0));
    tally.add(seq, columns.timeNs[i] ?? 0n, columns.recordBytes[i] ?? 0, subject);
  }
}
