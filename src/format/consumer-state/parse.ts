import { Cursor } from '../../core/bytes/cursor.ts';
import { failed, ok, type Result } from '../../core/result.ts';
import type { Fault } from '../../findings/finding.ts';
import type { ConsumerState, SequencePosition } from './types.ts';
import { STORE_FILE_MAGIC } from '../file-magic.ts';

const TOP_BIT = 1n << 63n;

/** Reads o.dat, versions 1 and 2 (server: decodeConsumerState). Bytes behind the state are ignored, as the server does. */
export function parseConsumerState(bytes: Uint8Array): Result<ConsumerState, Fault> {
  const cursor = new Cursor(bytes);
  const magic = cursor.u8();
  const version = cursor.u8();
  if (magic !== STORE_FILE_MAGIC || version < 1 || version > 2) return corrupt(0, 'magic or version');
  const ackFloor = position(cursor);
  const delivered = deliveredOf(position(cursor), ackFloor, version);
  if (((ackFloor.streamSeq | delivered.streamSeq) & TOP_BIT) !== 0n) return corrupt(2, 'sequence');
  const pending = parsePending(cursor, version, ackFloor);
  if (pending === null) return corrupt(cursor.offsetBytes, 'pending');
  const redelivered = parseRedelivered(cursor, ackFloor);
  if (redelivered === null || cursor.isShort) return corrupt(cursor.offsetBytes, 'redelivered');
  return ok({ ackFloor, delivered, pending, redelivered });
}

function corrupt(offsetBytes: number, what: string): Result<never, Fault> {
  return failed({ code: 'CON_STATE_CORRUPT', offsetBytes, data: { what } });
}

function position(cursor: Cursor): SequencePosition {
  return { consumerSeq: cursor.uvarint(), streamSeq: cursor.uvarint() };
}

/** Version 1 stores delivered relative to the ack floor. */
function deliveredOf(
  stored: SequencePosition,
  ackFloor: SequencePosition,
  version: number,
): SequencePosition {
  if (version > 1 || ackFloor.streamSeq <= 1n) return stored;
  return {
    consumerSeq: stored.consumerSeq + ackFloor.consumerSeq - 1n,
    streamSeq: stored.streamSeq + ackFloor.streamSeq - 1n,
  };
}

function parsePending(
  cursor: Cursor,
  version: number,
  ackFloor: SequencePosition,
): ConsumerState['pending'] | null {
  const count = cursor.count();
  const newest = count > 0 ? cursor.varint() : 0n;
  if (count * (version + 1) > cursor.remainingBytes) return null;
  const streamSeqs = new BigUint64Array(count);
  const consumerSeqs = new BigUint64Array(count);
  const deliveredTimesSec = new BigInt64Array(count);
  for (let i = 0; i < count; i++) {
    streamSeqs[i] = cursor.uvarint() + ackFloor.streamSeq;
    consumerSeqs[i] = version > 1 ? cursor.uvarint() + ackFloor.consumerSeq : 0n;
    const age = cursor.varint();
    deliveredTimesSec[i] = version > 1 ? newest - age : newest + age;
  }
  return cursor.isShort ? null : { streamSeqs, consumerSeqs, deliveredTimesSec };
}

function parseRedelivered(cursor: Cursor, ackFloor: SequencePosition): ConsumerState['redelivered'] | null {
  const count = cursor.count();
  if (count * 2 > cursor.remainingBytes) return null;
  const streamSeqs = new BigUint64Array(count);
  const counts = new BigUint64Array(count);
  for (let i = 0; i < count; i++) {
    streamSeqs[i] = cursor.uvarint() + ackFloor.streamSeq;
    counts[i] = cursor.uvarint();
  }
  return { streamSeqs, counts };
}

/** What no consumer can have: a floor above what was delivered, something pending that never was. */
export function consumerStateFaults(state: ConsumerState): Fault[] {
  const { ackFloor, delivered, pending } = state;
  const faults: Fault[] = [];
  const inconsistent = (what: string, seq: bigint): void => {
    faults.push({ code: 'CON_STATE_INCONSISTENT', seq, data: { what } });
  };
  if (ackFloor.streamSeq > delivered.streamSeq) inconsistent('ack floor above delivered', ackFloor.streamSeq);
  else if (ackFloor.consumerSeq > delivered.consumerSeq)
    inconsistent('ack floor above delivered', ackFloor.streamSeq);
  const outside = pending.streamSeqs.find((seq) => seq > delivered.streamSeq);
  if (outside !== undefined) inconsistent('pending above delivered', outside);
  return faults;
}
