import { PartsBuilder } from '../../core/parts-builder.ts';
import type { SequenceParts } from '../../core/sequence-parts.ts';
import { eachRange, oneRange, type SequenceRanges } from '../../core/sequence-ranges.ts';
import { framingFaults } from '../../container/open-source.ts';
import { recordBytesOf } from '../../format/block/record.ts';
import { makeFinding, type Finding } from '../../findings/finding.ts';
import type { V2StreamParts } from '../../container/entry.ts';
import type { OnV2Run, WalkedRuns } from '../../container/v2-walk.ts';
import { readV2 } from '../../model/load-v2-stream.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { PendingQuery, TallyResult } from '../../workers/jobs/tally.ts';
import { Tally } from '../../workers/tally-block.ts';

/** What the messages of a V2 archive add up to. */
export interface V2Messages {
  readonly total: TallyResult;
  readonly live: SequenceParts;
  /** Of the whole walk, head included. */
  readonly findings: readonly Finding[];
}

/** Messages that lie one behind the other; their sequences rise. */
export interface V2Stretch {
  /** Where they begin in the body. */
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  /** Bytes that their records take. */
  readonly recordBytes: number;
  readonly seqs: SequenceRanges;
}

/** What is wanted beside the totals. */
export interface V2ReadOptions {
  readonly signal: AbortSignal | undefined;
  readonly wantSubjects: boolean;
  readonly pending: readonly PendingQuery[];
  /** Is given all messages, in order, and where they lie. */
  readonly onStretch?: ((stretch: V2Stretch) => void) | undefined;
  /** Messages that were walked already. */
  readonly walked?: WalkedRuns;
}

/** Reads every message of a V2 archive. Throws SourceError, CancelledError. */
export async function readV2Messages(
  archive: StreamArchive,
  parts: V2StreamParts,
  options: V2ReadOptions,
): Promise<V2Messages> {
  const tally = new Tally(options.pending, options.wantSubjects);
  const live = new PartsBuilder();
  let lastSeq = -1n;
  const onRun: OnV2Run = (run, offsetBytes) => {
    lastSeq = run.lastSeq;
    for (const [from, to] of eachRange(run.ranges)) live.add(from, to);
    tally.addRun(run);
    const { takenBytes: lengthBytes, bytes: recordBytes, ranges: seqs } = run;
    options.onStretch?.({ offsetBytes, lengthBytes, recordBytes, seqs });
  };
  const { signal, walked } = options;
  const { findings } = await readV2(
    parts,
    archive.place,
    (message) => {
      if (message.seq <= lastSeq) return;
      lastSeq = message.seq;
      live.add(message.seq, message.seq);
      const bytes = recordBytesOf(message.subject.length, message.header.length, message.payload.length);
      tally.add(message.seq, message.timeNs, bytes, message.subject);
      const { offsetBytes, lengthBytes, seq } = message;
      options.onStretch?.({ offsetBytes, lengthBytes, recordBytes: bytes, seqs: oneRange(seq, seq) });
    },
    { signal, walked, onRun: options.wantSubjects || options.pending.length > 0 ? null : onRun },
  );
  return { total: tally.result(), live: live.take(), findings };
}

/** What is damaged in the compression around a V2 archive, as far as it was read: its messages have no checksums of their own. */
export function v2FramingFindings({ place }: StreamArchive, { body, label }: V2StreamParts): Finding[] {
  const source = body.open();
  try {
    return framingFaults(source).map((fault) => makeFinding(fault, { ...place, file: label }));
  } finally {
    source.close();
  }
}
