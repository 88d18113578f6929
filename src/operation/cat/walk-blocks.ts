import { hashKey } from '../../codec/highwayhash.ts';
import { eachRange, hasSequence } from '../../core/sequence-ranges.ts';
import { BlockScanner, type RecordColumns } from '../../kernels/index.ts';
import type { BlockLiveSet } from '../../model/live-set.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { openBlock } from '../../workers/open-block.ts';
import type { MessageSieve } from '../filter/message-sieve.ts';
import type { MessageWalk } from './stream-messages.ts';
import type { StoredMessage } from './types.ts';

type Visit = (message: StoredMessage) => void;

/** Walks the live records of the blocks that hold a wanted sequence. */
export function walkBlocks(
  archive: StreamArchive,
  sets: readonly BlockLiveSet[],
  sieve: MessageSieve,
): MessageWalk {
  return async (visit, pause) => {
    for (const set of sets) {
      if (sieve.isDone) break;
      const isWanted = [...eachRange(set.live)].some(([from, to]) => sieve.overlaps(from, to));
      if (isWanted) await walkBlock(archive, set, sieve, visit, pause);
    }
  };
}

async function walkBlock(
  archive: StreamArchive,
  set: BlockLiveSet,
  sieve: MessageSieve,
  visit: Visit,
  pause: () => Promise<void>,
): Promise<void> {
  const source = set.block.entry.open();
  source.close();
  const block = openBlock(source.descriptor);
  const scanner = new BlockScanner({
    key: hashKey(`${archive.name}-${set.block.index}`),
    onRecords: (columns, window) => visitRecords(archive, set, columns, window, visit),
  });
  try {
    for (let offsetBytes = 0; !sieve.isDone;) {
      const lengthBytes = block.content.read(scanner.window(), offsetBytes);
      if (lengthBytes === 0) break;
      offsetBytes += lengthBytes;
      scanner.push(lengthBytes);
      await pause();
    }
    scanner.finish();
    await pause();
  } finally {
    scanner.close();
    block.close();
  }
}

function visitRecords(
  archive: StreamArchive,
  set: BlockLiveSet,
  columns: RecordColumns,
  window: Uint8Array,
  visit: Visit,
): void {
  const part = (at: number | undefined, lengthBytes: number | undefined): Uint8Array =>
    window.slice(at ?? 0, (at ?? 0) + (lengthBytes ?? 0));
  for (let i = 0; i < columns.count; i++) {
    const seq = columns.seqWord[i] ?? 0n;
    if (!hasSequence(set.live, seq)) continue;
    visit({
      account: archive.account,
      stream: archive.name,
      subject: part(columns.subjectAt[i], columns.subjectBytes[i]),
      seq,
      header: columns.headerBytes[i] === 0 ? null : part(columns.headerAt[i], columns.headerBytes[i]),
      data: part(columns.payloadAt[i], columns.payloadBytes[i]),
      timeNs: columns.timeNs[i] ?? 0n,
    });
  }
}
