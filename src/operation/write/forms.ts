import { join } from 'node:path';
import { ToolError } from '../../core/error.ts';
import { writeManifest } from '../../format/manifest/write.ts';
import type { StateNumbers } from '../../model/stream-state.ts';
import type { FileSink } from '../../writer/file-sink.ts';
import { SnapshotWriter } from '../../writer/snapshot-writer.ts';
import type { StagedFiles, WriteBytes } from '../../writer/staged-files.ts';
import { TgzWriter } from '../../writer/tgz-writer.ts';
import { TOOL } from '../open-archive.ts';
import { declaredState } from './declared-state.ts';
import { writeStreamFiles } from './files-form.ts';
import type { OutgoingStream } from './outgoing-stream.ts';
import type { OutputForm } from './types.ts';
import { writeV2Snapshot } from './v2-form.ts';

/** What one stream becomes: a folder with backup.json and a snapshot, a bare snapshot file, a folder of a store. */
export type StreamShape =
  | { readonly as: 'backup'; readonly form: 'v1' | 'v2' }
  | { readonly as: 'snapshot'; readonly form: 'v1' | 'v2' | 'tgz' }
  | { readonly as: 'store'; readonly noIndex: boolean };

/** Writes one stream at `path` within the target and tells its state. Throws ToolError, CancelledError. */
export async function writeStream(
  stream: OutgoingStream,
  shape: StreamShape,
  path: string,
  staged: StagedFiles,
  signal: AbortSignal | undefined,
): Promise<StateNumbers> {
  if (shape.as === 'store') {
    const sink: FileSink = {
      addFile: (name, bytes) => staged.addFile(join(path, name), bytes),
      startFile: (name) => staged.startFile(join(path, name)),
    };
    for (const folder of ['msgs', 'obs']) staged.makeFolder(join(path, folder));
    return writeStreamFiles(stream, sink, { isStore: true, noIndex: shape.noIndex, signal });
  }
  if (shape.as === 'snapshot') return writeSnapshotFile(stream, shape.form, path, staged, signal);
  staged.makeFolder(path);
  const state = await writeSnapshotFile(stream, shape.form, join(path, 'stream.tar.s2'), staged, signal);
  const declared = declaredState(state, stream.consumers.length, stream.content.lost);
  const manifest = writeManifest(stream.config, declared, manifestNotes(stream));
  staged.addFile(join(path, 'backup.json'), manifest);
  return state;
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
): Promise<StateNumbers> {
  let state: StateNumbers | null = null;
  await staged.writeFile(path, async (write) => {
    state =
      form === 'v2'
        ? await writeV2Snapshot(stream, write, signal)
        : await writeTar(stream, form, write, signal);
  });
  if (state === null) throw new ToolError(`${path} was not written`);
  return state;
}

async function writeTar(
  stream: OutgoingStream,
  form: 'v1' | 'tgz',
  write: WriteBytes,
  signal: AbortSignal | undefined,
): Promise<StateNumbers> {
  const tar = form === 'v1' ? new SnapshotWriter(write) : new TgzWriter(write);
  const state = await writeStreamFiles(stream, tar, { isStore: false, signal });
  tar.end();
  return state;
}

/** What a form cannot hold of a stream, in words. */
export function notCarried(stream: OutgoingStream, form: OutputForm): string[] {
  const { source, consumers } = stream;
  const lines = [...stream.notCarried];
  const has = (path: string): boolean =>
    source.parts.form === 'store' && source.parts.entries.some((entry) => entry.path === path);
  if (form === 'v2' && source.created !== null)
    lines.push(`when the stream was created (${source.created}): a restore takes its own time`);
  if (form === 'v2' && consumers.some(({ created }) => created !== null))
    lines.push('when its consumers were created');
  if (form !== 'v2' && source.created === null)
    lines.push('when the stream was created is not known: a server takes the time of its first start');
  if (form !== 'store' && has('sources.db'))
    lines.push('how far its sources were read (sources.db): a server finds it in the messages');
  return lines;
}
