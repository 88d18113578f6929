import { entryAt } from '../../container/entry.ts';
import { writeConsumerMeta } from '../../format/consumer-meta/write.ts';
import { writeConsumerState } from '../../format/consumer-state/write.ts';
import { writeMetaSum, writeStreamMeta } from '../../format/stream-meta/write.ts';
import {
  emptyBlockIndexFile,
  indexFile,
  scheduleFile,
  ttlFile,
  type StreamEnd,
} from '../../writer/index-files.ts';
import type { StreamLayout } from '../../writer/stream-layout.ts';
import { readEntry } from '../../model/read-entry.ts';
import type { FileSink } from '../../writer/file-sink.ts';
import { beyondLimits } from '../content/beyond-limits.ts';
import type { WrittenNumbers } from './message-totals.ts';
import { writeBlocks } from './write-blocks.ts';
import type { OutgoingConsumer, OutgoingStream } from './outgoing-stream.ts';

/** Which files beside the blocks. */
export interface FilesFormOptions {
  /** With the files that a store has and a snapshot has not: thw.db, sched.db, sources.db. */
  readonly isStore: boolean;
  /** Without index.db; servers before 2.10 know none. */
  readonly noIndex?: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Writes a stream as files, in the order of a V1 snapshot, and tells its state. Throws CancelledError. */
export async function writeStreamFiles(
  stream: OutgoingStream,
  sink: FileSink,
  options: FilesFormOptions,
): Promise<WrittenNumbers> {
  const { name, content } = stream;
  const meta = writeStreamMeta(stream.created, stream.config);
  sink.addFile('meta.inf', meta);
  sink.addFile('meta.sum', writeMetaSum(name, meta));
  const end: StreamEnd = { lastSeq: content.state.lastSeq, lastTimeNs: content.state.lastTimeNs ?? 0n };
  const layout = await writeBlocks(stream, sink, end, options.signal);
  // As every server does: a stream without a block was robbed of them.
  if (layout.blocks.length === 0) sink.addFile('msgs/1.blk', new Uint8Array(0));
  addIndexFiles(stream, layout, end, sink, options);
  for (const consumer of stream.consumers) addConsumer(sink, name, consumer);
  return writtenState(stream, layout);
}

function addIndexFiles(
  stream: OutgoingStream,
  layout: StreamLayout,
  end: StreamEnd,
  sink: FileSink,
  options: FilesFormOptions,
): void {
  const { source, config } = stream;
  const { parts } = source;
  // A server before 2.10 deletes without touching blocks: an index beside them would bring the messages back later.
  const mayBeOld = parts.form !== 'v2' && entryAt(parts, 'msgs/index.db') === undefined;
  const index = options.noIndex === true || mayBeOld ? null : indexFile(layout, config, stream.name, end);
  if (index !== null) sink.addFile('msgs/index.db', index);
  const emptyIndex = emptyBlockIndexFile(layout, end);
  if (emptyIndex !== null) sink.addFile('msgs/1.idx', emptyIndex);
  if (!options.isStore) return;
  const ttls = config['allow_msg_ttl'] === true ? ttlFile(layout, end) : null;
  if (ttls !== null) sink.addFile('msgs/thw.db', ttls);
  const schedule = config['allow_msg_schedules'] === true ? scheduleFile(layout, end, source.schedule) : null;
  if (schedule !== null) sink.addFile('msgs/sched.db', schedule);
  if (parts.form === 'store') {
    const sources = entryAt(parts, 'sources.db');
    const bytes = sources === undefined ? null : readEntry(sources);
    if (bytes !== null) sink.addFile('sources.db', bytes);
  }
}

function addConsumer(sink: FileSink, streamName: string, consumer: OutgoingConsumer): void {
  const folder = `obs/${consumer.name}`;
  const meta = writeConsumerMeta(consumer.created, consumer.name, consumer.config);
  sink.addFile(`${folder}/meta.inf`, meta);
  sink.addFile(`${folder}/meta.sum`, writeMetaSum(`${streamName}/${consumer.name}`, meta));
  if (consumer.state !== null) sink.addFile(`${folder}/o.dat`, writeConsumerState(consumer.state));
}

function writtenState(stream: OutgoingStream, layout: StreamLayout): WrittenNumbers {
  const { state } = stream.content;
  return {
    ...state,
    messages: BigInt(layout.messages),
    bytes: BigInt(layout.bytes),
    numSubjects: layout.numSubjects ?? state.numSubjects,
    beyondLimits: beyondLimits(stream.config, {
      messages: BigInt(layout.messages),
      subjects: layout.subjects()?.() ?? [],
    }),
  };
}
