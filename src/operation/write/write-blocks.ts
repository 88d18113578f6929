import { BlockWriter, MOST_DELETED_IN_BLOCK } from '../../writer/block-writer.ts';
import type { StreamLayout } from '../../writer/stream-layout.ts';
import type { StreamEnd } from '../../writer/index-files.ts';
import type { FileSink } from '../../writer/file-sink.ts';
import { pause } from '../../core/pause.ts';
import type { OutgoingStream } from './outgoing-stream.ts';
import { rewriteBlocks } from './rewrite-blocks.ts';
import type { SoundBlocks } from '../content/content.ts';

/** Writes the blocks of a stream and tells what they hold. Throws CancelledError, ToolError, SourceError, NotAsPresumed. */
export async function writeBlocks(
  stream: OutgoingStream,
  sink: FileSink,
  end: StreamEnd,
  signal: AbortSignal | undefined,
): Promise<StreamLayout> {
  const blocks = blocksOf(stream);
  return blocks === null
    ? writeMessages(stream, sink, end, signal)
    : rewriteBlocks(stream, blocks, sink, end, signal);
}

/** The blocks that are taken over whole; null where messages are written one by one. */
export function blocksOf({ content: { blocks }, change }: OutgoingStream): SoundBlocks | null {
  const isWhole = blocks !== undefined && blocks.blocks.length > 0 && change === null;
  return isWhole && !isSparse(blocks) ? blocks : null;
}

/** A block with very many deleted sequences is better split where they are. */
function isSparse({ blocks }: SoundBlocks): boolean {
  return blocks.some(({ live }) => live.last - live.first + 1n - live.count > MOST_DELETED_IN_BLOCK);
}

async function writeMessages(
  { name, content, change }: OutgoingStream,
  sink: FileSink,
  end: StreamEnd,
  signal: AbortSignal | undefined,
): Promise<StreamLayout> {
  const blocks = new BlockWriter(name, (number, bytes) => sink.addFile(`msgs/${number}.blk`, bytes));
  await content.messages(
    (message) => {
      blocks.add(change === null ? message : change(message));
      return false;
    },
    async () => pause(signal),
  );
  blocks.finish(end.lastSeq, end.lastTimeNs);
  return blocks.layout;
}
