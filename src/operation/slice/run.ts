import { UsageError } from '../../core/error.ts';
import type { JsonObject } from '../../core/json.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { filterReport } from '../filter/report.ts';
import { checkRanges } from '../filter/check-ranges.ts';
import type { MessageFilter } from '../filter/types.ts';
import { isCopy } from '../../model/listened-subjects.ts';
import { loadStream } from '../open/load-stream.ts';
import { withArchive, type Archive } from '../open/open-archive.ts';
import { checkInput } from '../write/check-input.ts';
import { placedAs } from '../convert/run.ts';
import { outgoingStream, type OutgoingStream } from '../write/outgoing-stream.ts';
import { keptForm } from '../rename/run.ts';
import { carryOut, checkTarget } from '../write/run.ts';
import { streamsToWrite } from '../selection/streams-to-write.ts';
import type { PlacedStream } from '../write/write-placed.ts';
import { streamContent } from '../write/stream-content.ts';
import type { PlanReport, WrittenReport } from '../write/types.ts';
import { moveConsumer } from './consumers.ts';
import { slicedContent } from './sliced-content.ts';
import type { SliceOptions } from './types.ts';

/**
 * Writes the messages of the selected streams that pass the filter, under their sequences; what is left out is deleted, as
 * a server keeps it. `maxSeq` and `beforeNs` end a stream there. Throws UsageError, SourceError, ToolError, CancelledError;
 * then nothing is at the target.
 */
export async function sliceArchive(path: string, options: SliceOptions): Promise<WrittenReport | PlanReport> {
  checkRanges(options);
  checkTarget(path, options.target);
  await checkInput(path, options);
  return withArchive(path, options, async (work) => {
    const { usable, notes, ...told } = await streamsToWrite(work.selected.map(loadStream), work, options);
    if (usable.length > 1) checkForSeveral(options, usable.length);
    const streams: OutgoingStream[] = [];
    for (const archive of usable) streams.push(await slicedStream(archive, work, options));
    const { to } = options;
    const placed =
      to === undefined
        ? streams.map((stream) => inItsForm(stream, work, options))
        : placedAs(to, streams, work);
    const all = [...notes, ...streams.flatMap(notesOn)];
    return carryOut({ placed, copies: [], ...told, notes: all }, work, options);
  });
}

/** Sequences and counts speak of one stream. */
function checkForSeveral({ minSeq, maxSeq, limit }: MessageFilter, count: number): void {
  if (minSeq !== undefined || maxSeq !== undefined || limit !== undefined)
    throw new UsageError(
      `${count} streams are in it: --min-seq, --max-seq and --limit speak of one, --stream must choose it`,
    );
}

async function slicedStream(
  archive: StreamArchive,
  work: Archive,
  options: SliceOptions,
): Promise<OutgoingStream> {
  const isRenumbered = options.renumber === true;
  const whole = await streamContent(archive, work);
  const plan = { filter: options, isRenumbered, signal: work.signal };
  const { content, positions } = await slicedContent(archive, whole, plan);
  const { firstSeq, lastSeq } = content.state;
  const range = { firstSeq, lastSeq, isRenumbered, positions };
  const moved = {
    ...(isRenumbered || lastSeq !== whole.state.lastSeq
      ? withoutOldPositions(archive, isRenumbered)
      : archive),
    consumers: archive.consumers.map((consumer) => moveConsumer(consumer, range)),
  };
  const config = options.config === undefined || !isRenumbered ? options.config : fromOne(options.config);
  return {
    ...outgoingStream(moved, content, { ...options, ...(config === undefined ? {} : { config }) }),
    slice: {
      filters: filterReport(options),
      renumbered: isRenumbered,
      of: {
        messages: whole.state.messages,
        first_seq: whole.state.firstSeq,
        last_seq: whole.state.lastSeq,
      },
    },
  };
}

/** Without what was kept beside the messages for the sequences that the stream had. */
function withoutOldPositions(archive: StreamArchive, isRenumbered: boolean): StreamArchive {
  const { parts, config, schedule } = archive;
  return {
    ...archive,
    parts:
      parts.form === 'store'
        ? { ...parts, entries: parts.entries.filter(({ path }) => path !== 'sources.db') }
        : parts,
    config: config === null || !isRenumbered ? config : fromOne(config),
    schedule: isRenumbered ? null : schedule,
  };
}

/** A server throws away every message below `first_seq`. */
function fromOne(config: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(config).filter(([field]) => field !== 'first_seq'));
}

function inItsForm(stream: OutgoingStream, work: Archive, { target }: SliceOptions): PlacedStream {
  return { stream, ...keptForm(stream.source, work, stream.name, target) };
}

function notesOn({ name, config, content, slice }: OutgoingStream): string[] {
  const notes: string[] = [];
  const { messages, lastSeq } = content.state;
  const why = slice?.of.messages === 0n ? 'there is no message that can be read' : 'no message fits';
  if (messages === 0n)
    notes.push(`${name}: ${why}; it is written empty, the next sequence is ${lastSeq + 1n}`);
  if (isCopy(config) && messages !== slice?.of.messages)
    notes.push(`${name} copies from other streams: a server that has them may copy again what was left out`);
  return notes;
}
