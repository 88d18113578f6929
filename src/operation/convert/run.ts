import { join } from 'node:path';
import { loadStream } from '../open/load-stream.ts';
import { withArchive, type Archive } from '../open/open-archive.ts';
import { WRITING } from '../threads-ahead.ts';
import { checkInput } from '../write/check-input.ts';
import type { StreamShape } from '../write/forms.ts';
import { outgoingStream, type OutgoingStream } from '../write/outgoing-stream.ts';
import { mustBeOne } from '../open/choose-one.ts';
import { carryOut, checkTarget } from '../write/run.ts';
import { streamsToWrite } from '../selection/streams-to-write.ts';
import type { PlacedStream } from '../write/write-placed.ts';
import { contentToWrite } from '../write/presumed-content.ts';
import type { OutputForm, PlanReport, WriteOptions, WrittenReport } from '../write/types.ts';

/** What to write an archive as. */
export interface ConvertOptions extends WriteOptions {
  readonly to: OutputForm;
}

/** The account of a server that knows of none (server: DEFAULT_GLOBAL_ACCOUNT). */
export const DEFAULT_ACCOUNT = '$G';

/** Forms in which one stream is the whole archive: its backup is the target itself, not a folder in it. */
export const ONE_STREAM_KINDS: readonly string[] = [
  'stream-backup',
  'snapshot',
  'stream-store',
  'block',
  'config-backup',
];

/**
 * Writes the selected streams in another form, live messages only, under their sequences, consumers with their
 * positions. `v1`, `v2`: a folder that `nats stream restore` takes or, for several streams, one that `nats account
 * restore` takes (a folder of such for several accounts). `tgz`: a file, or a folder of files. `store`: a store folder.
 * Throws UsageError, SourceError, ToolError, CancelledError; then nothing is at the target.
 */
export async function convertArchive(
  path: string,
  options: ConvertOptions,
): Promise<WrittenReport | PlanReport> {
  checkTarget(path, options.target);
  await checkInput(path, options);
  return withArchive(path, { ...options, ...WRITING }, async (work) => {
    const { usable, ...told } = await streamsToWrite(work.selected.map(loadStream), work, options);
    if (options.as !== undefined) mustBeOne(usable);
    const outgoing: OutgoingStream[] = [];
    for (const archive of usable)
      outgoing.push(outgoingStream(archive, await contentToWrite(archive, work, options), options));
    const placed = placedAs(options.to, outgoing, work);
    return carryOut({ placed, copies: [], ...told }, work, options);
  });
}

/** Where streams of an archive go that are written in another form than they have. */
export function placedAs(
  form: OutputForm,
  streams: readonly OutgoingStream[],
  work: Archive,
): readonly PlacedStream[] {
  const isOne = streams.length === 1 && ONE_STREAM_KINDS.includes(work.container.kind);
  const hasAccounts = new Set(streams.map(({ account }) => account)).size > 1;
  return streams.map((outgoing): PlacedStream => {
    const path = isOne ? '' : join(hasAccounts ? (outgoing.account ?? '') : '', outgoing.name);
    const account = form === 'store' ? (outgoing.account ?? DEFAULT_ACCOUNT) : outgoing.account;
    const stream = { ...outgoing, account };
    return { stream, ...placeOf(form, stream, path) };
  });
}

function placeOf(
  form: OutputForm,
  { account, name }: OutgoingStream,
  path: string,
): { readonly shape: StreamShape; readonly path: string } {
  switch (form) {
    case 'store':
      return {
        shape: { as: 'store', noIndex: false },
        path: join('jetstream', account ?? DEFAULT_ACCOUNT, 'streams', name),
      };
    case 'tgz':
      return { shape: { as: 'snapshot', form }, path: path === '' ? '' : `${path}.tgz` };
    case 'v1':
    case 'v2':
      return { shape: { as: 'backup', form }, path };
  }
}
