import { readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { ArchiveKind, StreamParts } from '../../container/entry.ts';
import { RefusedError, ToolError, UsageError } from '../../core/error.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { overlaps } from '../../model/listened-subjects.ts';
import { loadStream, streamNameOf } from '../open/load-stream.ts';
import { withArchive, type Archive } from '../open/open-archive.ts';
import { WRITING } from '../threads-ahead.ts';
import { checkInput } from '../write/check-input.ts';
import type { StreamShape } from '../write/forms.ts';
import { sourceChange } from '../write/message-changes.ts';
import { outgoingStream, type OutgoingStream } from '../write/outgoing-stream.ts';
import { copiedFrom, followSource } from './references.ts';
import { mustBeOne } from '../open/choose-one.ts';
import { carryOut, checkTarget } from '../write/run.ts';
import type { PlacedStream } from '../write/write-placed.ts';
import { contentToWrite } from '../write/presumed-content.ts';
import type { PlanReport, WriteOptions, WrittenReport } from '../write/types.ts';

/** The new name, and what follows it. */
export interface RenameOptions extends WriteOptions {
  readonly as: string;
  /** Let streams of the same archive that copy from the renamed one copy from its new name. */
  readonly followSources?: boolean;
}

/**
 * Writes an archive again with one stream under another name, in the form it has; other streams of the archive are
 * taken over. Throws UsageError, SourceError, ToolError, CancelledError; then nothing is at the target.
 */
export async function renameStream(
  path: string,
  options: RenameOptions,
): Promise<WrittenReport | PlanReport> {
  checkTarget(path, options.target);
  await checkInput(path, options);
  return withArchive(path, { ...options, ...WRITING }, async (work) => {
    const archive = theOne(work, options);
    const neighbours = neighboursOf(archive, work);
    if (neighbours.some(({ name }) => name === options.as))
      throw new UsageError(`there is a stream called ${options.as} already`);
    const { shape, path: place } = keptForm(archive, work, options.as, options.target);
    const stream = outgoingStream(archive, await contentToWrite(archive, work, options), options);
    const followers = neighbours.filter(
      ({ config }) => config !== null && copiedFrom(config).includes(archive.name),
    );
    const placed: PlacedStream[] = [{ stream, shape, path: place }];
    if (options.followSources === true)
      for (const follower of followers) placed.push(await following(follower, archive.name, work, options));
    const rewritten = new Set([archive, ...(options.followSources === true ? followers : [])]);
    return carryOut(
      {
        placed,
        copies:
          place === ''
            ? []
            : filesBeside(
                work,
                [...rewritten].map(({ parts }) => folderOf(parts, work.container.kind)),
              ),
        skipped: [],
        notes: notesOn(stream, neighbours, options.followSources === true ? [] : followers),
      },
      work,
      options,
    );
  });
}

function theOne(work: Archive, { as }: RenameOptions): StreamArchive {
  const [parts, ...others] = work.selected;
  if (parts === undefined) throw new RefusedError('there is no stream in it');
  const archive = loadStream(parts);
  mustBeOne([
    archive,
    ...others.map((other) => ({ name: streamNameOf(other), account: other.account, parts: other })),
  ]);
  if (as === archive.name) throw new UsageError(`the stream is called ${as} already`);
  return archive;
}

/** The other streams of its account. */
function neighboursOf(archive: StreamArchive, work: Archive): StreamArchive[] {
  return work.container.streams
    .filter((parts) => parts !== archive.parts && parts.account === archive.account)
    .map(loadStream);
}

/** The folder of a stream within the archive; the label of a backup is its snapshot's. */
function folderOf({ label }: StreamParts, kind: ArchiveKind): string {
  return kind === 'account-backup' ? dirname(label) : label;
}

/** What the stream is now, and where in the target it goes under the name `as`. Throws UsageError, ToolError. */
export function keptForm(
  { parts }: StreamArchive,
  work: Archive,
  as: string,
  target: string,
): { readonly shape: StreamShape; readonly path: string } {
  const { kind } = work.container;
  const form = parts.form === 'v2' ? 'v2' : 'v1';
  const beside = join(dirname(folderOf(parts, kind)), as);
  switch (kind) {
    case 'snapshot':
      return { shape: { as: 'snapshot', form: parts.form === 'tgz' ? 'tgz' : form }, path: '' };
    case 'stream-backup':
    case 'config-backup':
      return { shape: { as: 'backup', form }, path: '' };
    case 'account-backup':
      return { shape: { as: 'backup', form }, path: beside };
    case 'stream-store':
      if (basename(resolve(target)) !== as)
        throw new UsageError(
          `a stream's folder is called as the stream: --out must end in ${as}, or a server will not find it`,
        );
      return { shape: { as: 'store', noIndex: false }, path: '' };
    case 'account-store':
    case 'store':
      return { shape: { as: 'store', noIndex: false }, path: beside };
    case 'block':
      throw new ToolError('a single block has no configuration: name its stream folder or store');
  }
}

/** A stream that copied from the renamed one: its configuration and the marks in its messages follow. */
async function following(
  archive: StreamArchive,
  from: string,
  work: Archive,
  options: RenameOptions,
): Promise<PlacedStream> {
  if (archive.config === null) throw new ToolError(`${archive.name}: no configuration can be read`);
  const stream = outgoingStream(
    archive,
    await contentToWrite(archive, work, options),
    { config: followSource(archive.config, from, options.as) },
    [sourceChange(from, options.as)],
  );
  const form = archive.parts.form === 'v2' ? 'v2' : 'v1';
  const isStore = archive.parts.form === 'store';
  return {
    stream,
    shape: isStore ? { as: 'store', noIndex: false } : { as: 'backup', form },
    path: folderOf(archive.parts, work.container.kind),
  };
}

/** Every file of the archive's folder but those of the streams that are written anew. */
function filesBeside(work: Archive, labels: readonly string[]): (readonly [string, string])[] {
  const root = work.container.path;
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile())
    .map((item) => join(item.parentPath, item.name))
    .map((file) => [file, file.slice(join(root, '/').length)] as const)
    .filter(([, path]) => !labels.some((label) => path === label || path.startsWith(`${label}/`)));
}

function notesOn(
  stream: OutgoingStream,
  neighbours: readonly StreamArchive[],
  followers: readonly StreamArchive[],
): string[] {
  const { name: from } = stream.source;
  return [
    ...followers.map(
      ({ name }) =>
        `${name} copies from ${from}, which is called ${stream.name} now: --follow-sources changes it too`,
    ),
    ...neighbours.flatMap(({ name, config }) =>
      (config === null ? [] : overlaps(stream.config, config)).map(
        ([own, other]) => `subject ${own} overlaps with ${other} of ${name}`,
      ),
    ),
  ];
}
