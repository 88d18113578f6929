import { keyedSum } from '../../codec/highwayhash.ts';
import { ByteWriter } from '../../core/bytes/byte-writer.ts';
import { unpackRanges } from '../../core/packed-ranges.ts';
import { writeSequenceSet } from '../sequence-set/write.ts';
import type { IndexContent } from './types.ts';

const MAGIC = 11; // server: fullStateMagic

/**
 * Writes index.db in the version that `index` names, with its sum for the stream's name. Subjects and blocks stand in
 * the order given. (server: writeFullState)
 */
export function writeIndex(index: IndexContent, streamName: string): Uint8Array {
  const writer = new ByteWriter(4096);
  writer.u8(MAGIC).u8(index.version).uvarint(index.messages).uvarint(index.bytes);
  writer.uvarint(index.firstSeq).varint(index.firstTimeNs).uvarint(index.lastSeq).varint(index.lastTimeNs);
  writeSubjects(writer, index);
  writeBlocks(writer, index);
  writer.uvarint(index.lastBlockIndex).bytes(index.lastChecksum);
  writer.bytes(keyedSum(streamName, writer.written));
  return writer.written;
}

function writeSubjects(writer: ByteWriter, index: IndexContent): void {
  writer.uvarint(index.numSubjects);
  for (const { subject, messages, firstBlock, lastBlock } of index.subjects()) {
    writer.uvarint(subject.length).bytes(subject).uvarint(messages).uvarint(firstBlock);
    if (index.version >= 4 || messages > 1n) writer.uvarint(lastBlock);
  }
}

function writeBlocks(writer: ByteWriter, index: IndexContent): void {
  writer.uvarint(index.blocks.length);
  for (const block of index.blocks) {
    writer.uvarint(block.index).uvarint(block.bytes);
    writer.uvarint(block.firstSeq).varint(block.firstTimeNs - index.firstTimeNs);
    writer.uvarint(block.lastSeq).varint(block.lastTimeNs - index.firstTimeNs);
    writer.uvarint(block.numDeleted);
    if (index.version >= 2) writer.uvarint(block.ttls ?? 0);
    if (index.version >= 3) writer.uvarint(block.schedules ?? 0);
    if (block.numDeleted > 0n) writeSequenceSet(writer, unpackRanges(block.deleted));
  }
}
