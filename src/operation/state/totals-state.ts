import type { StateNumbers } from '../../model/stream-state.ts';
import type { TallyResult } from '../../workers/jobs/tally.ts';

/** The state of a stream with these messages that ends at `lastSeq`; `lastTimeNs`: where its last message is deleted. */
export function stateOfTotals(total: TallyResult, lastSeq: bigint, lastTimeNs: bigint | null): StateNumbers {
  const isEmpty = total.messages === 0;
  return {
    messages: BigInt(total.messages),
    bytes: BigInt(total.bytes),
    firstSeq: isEmpty ? (lastSeq === 0n ? 0n : lastSeq + 1n) : total.firstSeq,
    firstTimeNs: isEmpty ? 0n : total.firstTimeNs,
    lastSeq,
    lastTimeNs: lastSeq === total.lastSeq ? total.lastTimeNs : lastTimeNs,
    numSubjects: total.subjects.size,
    deleted: null,
  };
}
