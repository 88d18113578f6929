import { eachRange, oneRange } from '../core/sequence-ranges.ts';
import type { Finding } from '../findings/finding.ts';
import type { V2StreamParts } from '../container/entry.ts';
import { readV2 } from '../model/load-v2-stream.ts';
import type { StreamArchive } from '../model/stream-archive.ts';
import type { PendingQuery, TallyResult } from '../workers/jobs.ts';
import { Tally } from '../workers/tally-block.ts';

/** What the messages of a V2 archive add up to. */
export interface V2Messages {
  readonly total: TallyResult;
  readonly live: BigUint64Array;
  /** Of the whole walk, head included. */
  readonly findings: readonly Finding[];
}

/** Bytes a message takes in a block: what `bytes` of a stream state counts (format.md 3.1). */
export function storedBytes(subjectBytes: number, headerBytes: number, payloadBytes: number): number {
  return 30 + subjectBytes + payloadBytes + (headerBytes > 0 ? 4 + headerBytes : 0);
}

/** Reads every message of a V2 archive. */
export function readV2Messages(
  archive: StreamArchive,
  parts: V2StreamParts,
  options: { readonly wantSubjects: boolean; readonly pending: readonly PendingQuery[] },
): V2Messages {
  const tally = new Tally(options.pending, options.wantSubjects);
  const pairs: bigint[] = [];
  const takeRange = (from: bigint, to: bigint): void => {
    if (pairs.at(-1) === from - 1n) pairs[pairs.length - 1] = to;
    else pairs.push(...oneRange(from, to));
  };
  const { findings } = readV2(
    parts,
    archive.place,
    (message) => {
      const last = pairs.at(-1);
      if (last !== undefined && message.seq <= last) return;
      takeRange(message.seq, message.seq);
      const bytes = storedBytes(message.subject.length, message.header.length, message.payload.length);
      tally.add(message.seq, message.timeNs, bytes, message.subject);
    },
    options.wantSubjects || options.pending.length > 0
      ? null
      : (run) => {
          for (const [from, to] of eachRange(run.ranges)) takeRange(from, to);
          tally.addRun(run);
        },
  );
  return { total: tally.result(), live: BigUint64Array.from(pairs), findings };
}
