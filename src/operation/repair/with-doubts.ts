import { unionOf } from '../../core/loose-ranges.ts';
import { eachRange } from '../../core/sequence-ranges.ts';
import type { RepairedStream } from '../salvage/repair-stream.ts';
import type { PlanReport, WrittenReport, WrittenStream } from '../write/types.ts';

type Outcome = Pick<RepairedStream, 'loss' | 'suspected'>;

/** A report that counts doubtful messages among the lost ones, as that of every other copy does; `outcomes`: of its streams, in their order. */
export function withDoubts<T extends WrittenReport | PlanReport>(report: T, outcomes: readonly Outcome[]): T {
  const suspected = outcomes.map(({ suspected: own }) => own);
  const doubtful = suspected.reduce((sum, own) => sum + own.doubtful, 0n);
  const ranges = suspected.flatMap((own) => Object.values(own.suspected).flat());
  return {
    ...report,
    streams: report.streams.map((stream, i) => doubtedStream(stream, outcomes[i])),
    lost: ranges.length === 0 ? report.lost : { ...report.lost, msgs: [...report.lost.msgs, ...ranges] },
    lost_messages: report.lost_messages + doubtful,
  };
}

function doubtedStream(stream: WrittenStream, outcome: Outcome | undefined): WrittenStream {
  if (outcome === undefined) return stream;
  const { loss, suspected } = outcome;
  if (suspected.doubtful === 0n) return { ...stream, doubtful: loss.doubtful };
  const lost = unionOf([stream.lost.msgs, ...Object.values(suspected.suspected)]);
  return {
    ...stream,
    lost: { ...stream.lost, msgs: [...eachRange(lost)] },
    lost_messages: stream.lost_messages + suspected.doubtful,
    doubtful_messages: suspected.doubtful,
    doubtful: loss.doubtful,
  };
}
