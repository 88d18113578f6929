import { ByteWriter } from '../../core/bytes/byte-writer.ts';
import type { ConsumerState } from './types.ts';
import { STORE_FILE_MAGIC } from '../file-magic.ts';

const VERSION = 2;

/**
 * Writes o.dat, version 2, entries in rising sequence so that equal states give equal bytes. The base of the delivery
 * times is the newest of them: the file has no other clock. (server: encodeConsumerState)
 */
export function writeConsumerState(state: ConsumerState): Uint8Array {
  const { ackFloor, delivered, pending, redelivered } = state;
  const writer = new ByteWriter();
  writer.u8(STORE_FILE_MAGIC).u8(VERSION).uvarint(ackFloor.consumerSeq).uvarint(ackFloor.streamSeq);
  writer.uvarint(delivered.consumerSeq).uvarint(delivered.streamSeq);
  writer.uvarint(pending.streamSeqs.length);
  if (pending.streamSeqs.length > 0) {
    const newestSec = pending.deliveredTimesSec.reduce((newest, time) => (time > newest ? time : newest));
    writer.varint(newestSec);
    for (const i of ascending(pending.streamSeqs)) {
      writer.uvarint((pending.streamSeqs[i] ?? 0n) - ackFloor.streamSeq);
      writer.uvarint((pending.consumerSeqs[i] ?? 0n) - ackFloor.consumerSeq);
      writer.varint(newestSec - (pending.deliveredTimesSec[i] ?? 0n));
    }
  }
  writer.uvarint(redelivered.streamSeqs.length);
  for (const i of ascending(redelivered.streamSeqs)) {
    writer.uvarint((redelivered.streamSeqs[i] ?? 0n) - ackFloor.streamSeq);
    writer.uvarint(redelivered.counts[i] ?? 0n);
  }
  return writer.written;
}

/** Places of the sequences, lowest first. */
function ascending(seqs: BigUint64Array): number[] {
  return [...seqs.keys()].toSorted((a, b) => ((seqs[a] ?? 0n) < (seqs[b] ?? 0n) ? -1 : 1));
}
