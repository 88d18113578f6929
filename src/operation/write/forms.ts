import { plural } from '../../core/plural.ts';
import { join } from 'node:path';
import { ToolError } from '../../core/error.ts';
import { RangeBuilder } from '../../core/range-builder.ts';
import { mergeRanges } from '../../core/sequence-ranges.ts';
import { canTellLost, writeManifest } from '../../format/manifest/write.ts';
import { NOTHING_BEFORE, type LostBefore } from '../../model/lost-before.ts';
import type { WrittenNumbers } from './message-totals.ts';
import type { FileSink } from '../../writer/file-sink.ts';
import { SnapshotWriter } from '../../writer/snapshot-writer.ts';
import type { GrowingFile } from '../../writer/growing-file.ts';
import type { StagedFiles } from '../../writer/staged-files.ts';
import { TgzWriter } from '../../writer/tgz-writer.ts';
import { TOOL } from '../open/report-source.ts';
import { declaredState } from './declared-state.ts';
import { writeStreamFiles } from './files-form.ts';
import type { OutgoingStream } from './outgoing-stream.ts';
import { isAsPresumed } from './presumed-content.ts';
import { NotAsPresumed } from './rewrite-blocks.ts';
import { lostCount, type StreamContent } from '../content/content.ts';
import type { OutputForm } from './types.ts';
import { writeV2Snapshot } from './v2-form.ts';
import { blocksOf } from './write-blocks.ts';
import { entryAt } from '../../container/entry.ts';

/** What one stream becomes: a folder with backup.json and a snapshot, a bare snapshot file, a folder of a store. */
export type StreamShape =
  | { readonly as: 'backup'; readonly form: 'v1' | 'v2' }
  | { readonly as: 'snapshot'; readonly form: 'v1' | 'v2' | 'tgz' }
  | { readonly as: 'store'; readonly noIndex: boolean };

/** What a stream turned out to be, and its state as it was written. */
export interface StreamWritten {
  readonly stream: OutgoingStream;
  readonly state: WrittenNumbers;
}

/** Where a stream is written. */
interface Place {
  /** Within what is staged. */
  readonly path: string;
  readonly staged: StagedFiles;
  readonly signal: AbortSignal | undefined;
}

/** Writes one stream at `path` within the target. Throws ToolError, SourceError, CancelledError. */
export async function writeStream(
  stream: OutgoingStream,
  shape: StreamShape,
  path: string,
  staged: StagedFiles,
  signal: AbortSignal | undefined,
): Promise<StreamWritten> {
  if (shape.as !== 'backup') return writeData(stream, shape, { path, staged, signal });
  staged.makeFolder(path);
  const place = { path: join(path, 'stream.tar.s2'), staged, signal };
  const written = await writeData(stream, { as: 'snapshot', form: shape.form }, place);
  const { config, consumers, content } = written.stream;
  const lost = stream.slice?.renumbered === true ? NOTHING_BEFORE : allLost(content);
  const declared = declaredState(written.state, consumers.length, lost);
  staged.addFile(join(path, 'backup.json'), writeManifest(config, declared, manifestNotes(stream)));
  return written;
}

/** Now and before. */
function allLost(content: StreamContent): LostBefore {
  const { lost, lostBefore = NOTHING_BEFORE } = content;
  const rising = lost.msgs.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const now = new RangeBuilder(rising.length);
  for (const [from, to] of rising) now.add(from, to);
  return {
    seqs: mergeRanges([lostBefore.seqs, now.take()]),
    messages: lostBefore.messages + lostCount(content),
  };
}

type DataShape = Exclude<StreamShape, { readonly as: 'backup' }>;

/** Writes all but backup.json. Content that turns out not to be what was presumed is written once more. */
async function writeData(stream: OutgoingStream, shape: DataShape, place: Place): Promise<StreamWritten> {
  const { unread } = stream.content;
  if (unread === undefined) return { stream, state: await writeAs(stream, shape, place) };
  const written = await writePresumed(stream, shape, place);
  if (written !== null) return written;
  const again = (await stream.instead?.()) ?? { ...stream, content: await unread.read() };
  // Its place is in that account.
  return writeData({ ...again, account: stream.account }, shape, place);
}

/** Writes a stream while it is read; null where that cannot be, or it is not what was presumed: then nothing is there. */
async function writePresumed(
  stream: OutgoingStream,
  shape: DataShape,
  place: Place,
): Promise<StreamWritten | null> {
  const isByMessages = (shape.as === 'snapshot' && shape.form === 'v2') || blocksOf(stream) === null;
  if (isByMessages) return null;
  const { path, staged } = place;
  const { bytesWritten } = staged;
  try {
    const state = await writeAs(stream, shape, place);
    const content = await stream.content.unread?.read();
    if (content !== undefined && isAsPresumed(content, stream.content))
      return { stream: { ...stream, content }, state: { ...state, deleted: content.state.deleted } };
  } catch (error) {
    if (!(error instanceof NotAsPresumed)) throw error;
  }
  staged.remove(path);
  staged.bytesWritten = bytesWritten;
  return null;
}

async function writeAs(
  stream: OutgoingStream,
  shape: DataShape,
  { path, staged, signal }: Place,
): Promise<WrittenNumbers> {
  if (shape.as === 'snapshot') return writeSnapshotFile(stream, shape.form, path, staged, signal);
  const sink: FileSink = {
    addFile: (name, bytes) => staged.addFile(join(path, name), bytes),
    startFile: (name) => staged.startFile(join(path, name)),
  };
  for (const folder of ['msgs', 'obs']) staged.makeFolder(join(path, folder));
  return writeStreamFiles(stream, sink, { isStore: true, noIndex: shape.noIndex, signal });
}

function manifestNotes({ slice }: OutgoingStream): object {
  return slice === undefined ? {} : { slice: { tool: TOOL, ...slice } };
}

async function writeSnapshotFile(
  stream: OutgoingStream,
  form: 'v1' | 'v2' | 'tgz',
  path: string,
  staged: StagedFiles,
  signal: AbortSignal | undefined,
): Promise<WrittenNumbers> {
  let state: WrittenNumbers | null = null;
  await staged.writeFile(path, async (file) => {
    state =
      form === 'v2'
        ? await writeV2Snapshot(stream, file.write, signal)
        : await writeTar(stream, form, file, signal);
  });
  if (state === null) throw new ToolError(`${path} was not written`);
  return state;
}

async function writeTar(
  stream: OutgoingStream,
  form: 'v1' | 'tgz',
  file: GrowingFile,
  signal: AbortSignal | undefined,
): Promise<WrittenNumbers> {
  const tar = form === 'v1' ? new SnapshotWriter(file.write, file) : new TgzWriter(file.write);
  const state = await writeStreamFiles(stream, tar, { isStore: false, signal });
  tar.end();
  return state;
}

export function formOf(shape: StreamShape): OutputForm {
  return shape.as === 'store' ? 'store' : shape.form;
}

/** What a shape cannot hold of a stream, in words. */
export function notCarried(stream: OutgoingStream, shape: StreamShape): string[] {
  const { source, consumers, content } = stream;
  const form = formOf(shape);
  const lines = [...stream.notCarried];
  const has = (path: string): boolean =>
    source.parts.form === 'store' && entryAt(source.parts, path) !== undefined;
  if (form === 'v2' && source.created !== null)
    lines.push(`when the stream was created (${source.created}): a restore takes its own time`);
  if (form === 'v2' && consumers.some(({ created }) => created !== null))
    lines.push('when its consumers were created');
  if (form !== 'v2' && source.created === null)
    lines.push('when the stream was created is not known: a server takes the time of its first start');
  if (form !== 'store' && has('sources.db'))
    lines.push('how far its sources were read (sources.db): a server finds it in the messages');
  const before = content.lostBefore?.messages ?? 0n;
  if (before > 0n && shape.as !== 'backup')
    lines.push(
      `that ${plural(before, 'message')} ${before === 1n ? 'was' : 'were'} lost before: only a backup.json tells which`,
    );
  if (shape.as === 'backup' && !canTellLost(allLost(content).seqs))
    lines.push('which messages were lost: a backup.json cannot list so many stretches of them');
  return lines;
}
