import { framingFaults, openSource } from '../container/open-source.ts';
import { packRanges } from '../core/packed-ranges.ts';
import { RangeBuilder } from '../core/range-builder.ts';
import { eachRange } from '../core/sequence-ranges.ts';
import { findV2Messages, takeV2Messages, v2Window, type V2Run } from '../kernels/index.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { WalkedRun, WalkJob, WalkResult } from './jobs/walk.ts';

/** More than head and subject of a message have: where less is left of what lies together, it is read with what follows. */
const HEAD_BYTES = 4096;

/** Messages one behind the other, and where they begin. */
interface FoundRun {
  readonly offsetBytes: number;
  readonly run: V2Run;
}

/** Does a WalkJob: one window after the other. */
export function walkMessages({ source, fromBytes, toBytes, runBytes }: WalkJob): WalkResult {
  const body = openSource(source, toBytes);
  try {
    const runs = [...joined(runsOf(body, fromBytes, toBytes), runBytes)];
    return { kind: 'walk', runs, faults: [...framingFaults(body)] };
  } finally {
    body.close();
  }
}

/** The messages that begin in `fromBytes`..`toBytes` of a body. */
function* runsOf(body: ByteSource, fromBytes: number, toBytes: number): Generator<FoundRun, void> {
  /** Where the next message begins, once one was found. */
  let at = -1;
  let lastSeq = 0n;
  for (let windowAt = fromBytes; windowAt < toBytes;) {
    const window = windowOf(body, windowAt, toBytes);
    if (window.length === 0) return;
    if (at < 0) {
      const found = findV2Messages(window);
      if (found >= 0) at = windowAt + found;
    }
    const endBytes = windowAt + window.length;
    if (at >= 0 && at < endBytes) {
      const beyondBytes = body.sizeBytes - endBytes;
      const reach = { fromBytes: at - windowAt, untilBytes: window.length, beyondBytes };
      const run = takeV2Messages(window, lastSeq, reach);
      if (run === null) return;
      yield { offsetBytes: at, run };
      lastSeq = run.lastSeq;
      at += run.takenBytes;
    }
    // A message whose head is cut begins the next window; others reach into it, or over it.
    windowAt = at < 0 ? endBytes : Math.min(at, endBytes);
  }
}

/** Bytes from an offset on: where they lie decoded, or read from there. */
function windowOf(body: ByteSource, at: number, toBytes: number): Uint8Array {
  const window = v2Window();
  const lent = body.lend?.(at, Math.min(toBytes - at, window.length)) ?? null;
  if (lent !== null && (lent.length > HEAD_BYTES || at + lent.length === toBytes)) return lent;
  const mostBytes = Math.min(toBytes - at, lent === null ? Infinity : 2 * HEAD_BYTES);
  return window.subarray(0, body.read(window.subarray(0, mostBytes), at));
}

/** Puts runs together that follow each other, `runBytes` at a time. */
function* joined(runs: Iterable<FoundRun>, runBytes: number): Generator<WalkedRun> {
  const ranges = new RangeBuilder();
  let sum: FoundRun | null = null;
  for (const { offsetBytes, run } of runs) {
    if (sum !== null && sum.run.takenBytes + run.takenBytes > runBytes) {
      yield atRest(sum, ranges);
      sum = null;
    }
    for (const [from, to] of eachRange(run.ranges)) ranges.add(from, to);
    sum =
      sum === null ? { offsetBytes, run } : { offsetBytes: sum.offsetBytes, run: addTotals(sum.run, run) };
  }
  if (sum !== null) yield atRest(sum, ranges);
}

/** With the sequences that were gathered, of which the builder is rid then. */
function atRest({ offsetBytes, run }: FoundRun, gathered: RangeBuilder): WalkedRun {
  const { takenBytes, messages, bytes, firstSeq, lastSeq, firstTimeNs, lastTimeNs, subjectDigest } = run;
  const totals = { takenBytes, messages, bytes, firstSeq, lastSeq, firstTimeNs, lastTimeNs, subjectDigest };
  const seqs = packRanges(gathered.view());
  gathered.clear();
  return { offsetBytes, run: totals, seqs };
}

function addTotals(total: V2Run, run: V2Run): V2Run {
  return {
    ...total,
    takenBytes: total.takenBytes + run.takenBytes,
    messages: total.messages + run.messages,
    bytes: total.bytes + run.bytes,
    lastSeq: run.lastSeq,
    lastTimeNs: run.lastTimeNs,
    subjectDigest: BigInt.asUintN(64, total.subjectDigest + run.subjectDigest),
  };
}
