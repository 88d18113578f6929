import { unpackRanges } from '../../core/packed-ranges.ts';
import { pause } from '../../core/pause.ts';
import { hashKey } from '../../codec/highwayhash.ts';
import { eachRange, RisingLookup } from '../../core/sequence-ranges.ts';
import { BlockScanner } from '../../kernels/index.ts';
import type { BlockLiveSet } from '../../model/live-set.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { descriptorOf } from '../../model/read-entry.ts';
import { SliceSource } from '../../source/slice.ts';
import { openBlock } from '../../workers/open-block.ts';
import type { MessageSieve } from '../filter/message-sieve.ts';
import { RecordLot, RecordMessage } from './record-message.ts';
import type { GiveMessages, MessageWalk, WantsMessage } from '../content/message-walk.ts';

/** Walks the live records of the blocks that hold a wanted sequence. */
export function walkBlocks(
  archive: StreamArchive,
  sets: readonly BlockLiveSet[],
  sieve: MessageSieve,
): MessageWalk {
  return async (wants, give) => {
    for (const set of sets) {
      if (sieve.isDone) break;
      const isWanted = [...eachRange(unpackRanges(set.live))].some(([from, to]) => sieve.overlaps(from, to));
      if (!isWanted) continue;
      await walkPiece(archive, { set, fromBytes: 0, toBytes: Infinity }, sieve)(wants, give);
      await pause(undefined);
    }
  };
}

/** A part of a block, in decoded bytes; where the block is sound it begins and ends between two records. */
export interface BlockPiece {
  readonly set: BlockLiveSet;
  readonly fromBytes: number;
  readonly toBytes: number;
}

/** Walks the live records of a piece of a block. */
export function walkPiece(archive: StreamArchive, piece: BlockPiece, sieve: MessageSieve): MessageWalk {
  return async (wants, give) => walkRecords(archive, piece, sieve, wants, give);
}

async function walkRecords(
  archive: StreamArchive,
  { set, fromBytes, toBytes }: BlockPiece,
  sieve: MessageSieve,
  wants: WantsMessage,
  give: GiveMessages,
): Promise<void> {
  const block = openBlock(descriptorOf(set.block.entry));
  const content = new SliceSource(block.content, fromBytes, toBytes - fromBytes);
  const live = new RisingLookup(unpackRanges(set.live));
  let lot: RecordMessage[] = [];
  const scanner = new BlockScanner({
    key: hashKey(`${archive.name}-${set.block.index}`),
    onRecords: (columns, window) => {
      const records = new RecordLot(archive, window);
      const kept: RecordMessage[] = [];
      for (let i = 0; i < columns.count; i++) {
        if (!live.has(columns.seqWord[i] ?? 0n)) continue;
        const message = new RecordMessage(records, columns, i);
        if (wants(message)) kept.push(message);
      }
      records.own(kept);
      lot = lot.length === 0 ? kept : [...lot, ...kept];
    },
  });
  const giveOut = async (): Promise<void> => {
    const ready = lot;
    lot = [];
    await give(ready);
  };
  try {
    for (let offsetBytes = 0; !sieve.isDone;) {
      const lengthBytes = content.read(scanner.window(), offsetBytes);
      if (lengthBytes === 0) break;
      offsetBytes += lengthBytes;
      scanner.push(lengthBytes);
      await giveOut();
    }
    scanner.finish();
    await giveOut();
  } finally {
    scanner.close();
    block.close();
  }
}
