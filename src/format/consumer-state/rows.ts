import type { ConsumerState } from './types.ts';

/** What is pending of the messages that are wanted; of each it is asked once. */
export function pendingOf(
  { streamSeqs, consumerSeqs, deliveredTimesSec }: ConsumerState['pending'],
  isWanted: (streamSeq: bigint) => boolean,
): ConsumerState['pending'] {
  const isRow = rowsOf(streamSeqs, isWanted);
  return {
    streamSeqs: streamSeqs.filter(isRow),
    consumerSeqs: consumerSeqs.filter(isRow),
    deliveredTimesSec: deliveredTimesSec.filter(isRow),
  };
}

/** What was delivered again of the messages that are wanted. */
export function redeliveredOf(
  { streamSeqs, counts }: ConsumerState['redelivered'],
  isWanted: (streamSeq: bigint) => boolean,
): ConsumerState['redelivered'] {
  const isRow = rowsOf(streamSeqs, isWanted);
  return { streamSeqs: streamSeqs.filter(isRow), counts: counts.filter(isRow) };
}

function rowsOf(
  streamSeqs: BigUint64Array,
  isWanted: (streamSeq: bigint) => boolean,
): (value: bigint, row: number) => boolean {
  const wanted = Array.from(streamSeqs, isWanted);
  return (_, row) => wanted[row] === true;
}
