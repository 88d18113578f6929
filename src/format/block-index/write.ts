import { ByteWriter } from '../../core/bytes/byte-writer.ts';
import { countSequences, eachSequence } from '../../core/sequence-ranges.ts';
import type { BlockIndex } from './types.ts';
import { STORE_FILE_MAGIC } from '../file-magic.ts';

const VERSION = 1;

/** Writes `N.idx`, version 1, as 2.9 reads it (server: writeIndexInfoLocked). */
export function writeBlockIndex(index: BlockIndex): Uint8Array {
  const writer = new ByteWriter();
  writer.u8(STORE_FILE_MAGIC).u8(VERSION).uvarint(index.messages).uvarint(index.bytes);
  writer.uvarint(index.firstSeq).varint(index.firstTimeNs).uvarint(index.lastSeq).varint(index.lastTimeNs);
  writer.uvarint(countSequences(index.deleted)).bytes(index.lastChecksum);
  for (const seq of eachSequence(index.deleted)) writer.uvarint(seq - index.firstSeq);
  return writer.written;
}
