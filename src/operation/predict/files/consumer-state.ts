import type { Entry } from '../../../container/entry.ts';
import { Cursor } from '../../../core/bytes/cursor.ts';
import type { ConsumerState } from '../../../format/consumer-state/types.ts';
import { readEntry } from '../../../model/read-entry.ts';
import { oncePer } from '../../../core/once-per.ts';
import { STORE_FILE_MAGIC } from '../../../format/file-magic.ts';
import { MOST_STATE_ENTRIES, NO_ROOM_ENTRIES } from '../rules/memory-limits.ts';

const TOP_BIT = 1n << 63n;

/**
 * What a server makes of an o.dat. `endless`: it asks for room for as many entries as the file claims, more than any
 * memory can hold.
 */
export type StateAsServer =
  | { readonly how: 'empty' | 'corrupt' | 'endless' }
  | { readonly how: 'read'; readonly state: ConsumerState };

export const CORRUPT: StateAsServer = { how: 'corrupt' };
const ENDLESS: StateAsServer = { how: 'endless' };

/** Reads as a server does (decodeConsumerState), which is more lenient than our own parser. */
function readStateAsServer(bytes: Uint8Array): StateAsServer {
  if (bytes.length === 0) return { how: 'empty' };
  const cursor = new Cursor(bytes);
  const [magic, version] = [cursor.u8(), cursor.u8()];
  if (magic !== STORE_FILE_MAGIC || version < 1 || version > 2) return CORRUPT;
  const ackFloor = { consumerSeq: cursor.uvarint(), streamSeq: cursor.uvarint() };
  const written = { consumerSeq: cursor.uvarint(), streamSeq: cursor.uvarint() };
  if (cursor.isShort || ((ackFloor.streamSeq | written.streamSeq) & TOP_BIT) !== 0n) return CORRUPT;
  const delivered = version === 1 ? sumOf(written, ackFloor) : written;
  const head = { ackFloor, delivered };
  const pending = readPending(cursor, version, ackFloor.streamSeq);
  if ('how' in pending) return pending;
  const redelivered = readRedelivered(cursor, ackFloor.streamSeq);
  return 'how' in redelivered ? redelivered : { how: 'read', state: { ...head, pending, redelivered } };
}

/** Version 1 keeps the next to be delivered, from the floor on. */
function sumOf(
  written: ConsumerState['delivered'],
  floor: ConsumerState['ackFloor'],
): ConsumerState['delivered'] {
  const moved = (seq: bigint, from: bigint): bigint => (from > 1n ? seq + from - 1n : seq);
  return {
    consumerSeq: moved(written.consumerSeq, floor.consumerSeq),
    streamSeq: moved(written.streamSeq, floor.streamSeq),
  };
}

/** Of what is delivered predictions need the sequences in the stream only. */
function readPending(
  cursor: Cursor,
  version: number,
  floorSeq: bigint,
): ConsumerState['pending'] | StateAsServer {
  const count = cursor.uvarint();
  const seqs: bigint[] = [];
  // A count that is cut counts as none.
  if (cursor.isShort) return pendingOf(seqs);
  if (count > 0n) cursor.varint();
  if (isEndless(count)) return ENDLESS;
  for (let i = 0n; i < count && count < TOP_BIT; i++) {
    const seq = cursor.uvarint() + floorSeq;
    if (version > 1) cursor.uvarint();
    cursor.varint();
    if (cursor.isShort || seq === 0n) return CORRUPT;
    seqs.push(seq);
  }
  return pendingOf(seqs);
}

function pendingOf(seqs: readonly bigint[]): ConsumerState['pending'] {
  const { length } = seqs;
  return {
    streamSeqs: BigUint64Array.from(seqs),
    consumerSeqs: new BigUint64Array(length),
    deliveredTimesSec: new BigInt64Array(length),
  };
}

/** Where the list is cut it ends; what has no sequence or count is passed over. */
function readRedelivered(cursor: Cursor, floorSeq: bigint): ConsumerState['redelivered'] | StateAsServer {
  const found: { readonly seq: bigint; readonly times: bigint }[] = [];
  const count = cursor.isShort ? 0n : cursor.uvarint();
  if (!cursor.isShort && isEndless(count)) return ENDLESS;
  for (let i = 0n; i < count && !cursor.isShort; i++) {
    const [seq, times] = [cursor.uvarint(), cursor.uvarint()];
    if (!cursor.isShort && seq > 0n && times > 0n) found.push({ seq: seq + floorSeq, times });
  }
  return {
    streamSeqs: BigUint64Array.from(found.map(({ seq }) => seq)),
    counts: BigUint64Array.from(found.map(({ times }) => times)),
  };
}

function isEndless(entries: bigint): boolean {
  return entries > MOST_STATE_ENTRIES && entries <= NO_ROOM_ENTRIES;
}

/** The same for a file, read once. */
export const stateAsServer = oncePer((file: Entry) =>
  readStateAsServer(readEntry(file) ?? new Uint8Array(0)),
);
