import type { Entry } from '../../container/entry.ts';
import { Cursor } from '../../core/bytes/cursor.ts';
import { readEntry } from '../../model/read-entry.ts';
import { oncePer } from './once-per.ts';
import { STORE_FILE_MAGIC } from '../../format/file-magic.ts';

const TOP_BIT = 1n << 63n;
/** A map with room for as many entries as an o.dat claims is made before the first is read: about 4 GiB from here on. */
const MOST_ENTRIES = 117_440_512n;
/** Beyond this Go makes the map without room. */
const NO_ROOM_ENTRIES = 1n << 47n;

/**
 * What a server makes of an o.dat (decodeConsumerState), more lenient than our own parser. `endless`: it asks for more
 * memory than there is, and ends.
 */
function readStateAsServer(bytes: Uint8Array): 'empty' | 'read' | 'corrupt' | 'endless' {
  if (bytes.length === 0) return 'empty';
  const cursor = new Cursor(bytes);
  const [magic, version] = [cursor.u8(), cursor.u8()];
  if (magic !== STORE_FILE_MAGIC || version < 1 || version > 2) return 'corrupt';
  const [, ackFloor, , delivered] = [cursor.uvarint(), cursor.uvarint(), cursor.uvarint(), cursor.uvarint()];
  if (cursor.isShort || ((ackFloor | delivered) & TOP_BIT) !== 0n) return 'corrupt';
  const pending = cursor.uvarint();
  // A count that is cut counts as none.
  if (cursor.isShort) return 'read';
  if (pending > 0n) cursor.varint();
  if (isEndless(pending)) return 'endless';
  for (let i = 0n; i < pending && pending < TOP_BIT; i++) {
    const seq = cursor.uvarint() + ackFloor;
    if (version > 1) cursor.uvarint();
    cursor.varint();
    if (cursor.isShort || seq === 0n) return 'corrupt';
  }
  return !cursor.isShort && isEndless(cursor.uvarint()) ? 'endless' : 'read';
}

function isEndless(entries: bigint): boolean {
  return entries > MOST_ENTRIES && entries <= NO_ROOM_ENTRIES;
}

/** The same for a file, read once. */
export const stateAsServer = oncePer((file: Entry) =>
  readStateAsServer(readEntry(file) ?? new Uint8Array(0)),
);
