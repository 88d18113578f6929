import type { StreamParts } from '../../container/entry.ts';
import type { Archive } from '../open/open-archive.ts';
import { sendErrand } from './errand.ts';
import type { FolderVerdict, StreamFolder } from './stream-folders.ts';
import { areManySmall, folderOf } from './small-streams.ts';
import { verifyStream } from './stream.ts';
import type { VerifiedStream } from './types.ts';

/** Streams under way at once: at least two, and more while they are small. */
const MOST_AT_ONCE = 12;
const MOST_BYTES = 16 * 1024 * 1024;

/** So many small streams go to a thread at a time, and each thread has so many such lots before it. */
const LOT = 8;
const LOTS_AHEAD = 4;

/** Verifies streams, several at a time; results come in the order of the streams. */
export async function* verifyStreams(work: Archive): AsyncGenerator<VerifiedStream> {
  const { selected, pool } = work;
  if (work.ownsPool && pool.width > 1 && areManySmall(selected)) yield* inLots(work);
  else yield* oneByOne(work);
}

/** Begins the next streams before one ends, so that no thread waits. */
async function* oneByOne(work: Archive): AsyncGenerator<VerifiedStream> {
  const { selected } = work;
  const last = selected.at(-1);
  const underWay: { readonly parts: StreamParts; readonly one: Promise<VerifiedStream> }[] = [];
  const hasRoom = (): boolean =>
    underWay.length < 2 ||
    (underWay.length < MOST_AT_ONCE &&
      underWay.reduce((bytes, { parts }) => bytes + parts.sizeBytes, 0) < MOST_BYTES);
  let begun = 0;
  while (begun < selected.length || underWay.length > 0) {
    for (let parts = selected[begun]; parts !== undefined && hasRoom(); parts = selected[++begun])
      underWay.push({ parts, one: begin(verifyStream(parts, work, parts === last)) });
    const oldest = underWay.shift();
    if (oldest !== undefined) yield await oldest.one;
  }
}

/** Gives lots of streams to threads; those that turn out to be large, or are no folders, are verified here when their turn comes. */
async function* inLots(work: Archive): AsyncGenerator<VerifiedStream> {
  const { selected, pool } = work;
  const underWay: { readonly lot: readonly StreamParts[]; readonly verdicts: Promise<Verdicts> }[] = [];
  let begun = 0;
  while (begun < selected.length || underWay.length > 0) {
    while (begun < selected.length && underWay.length < LOTS_AHEAD * pool.width) {
      const lot = selected.slice(begun, (begun += LOT));
      underWay.push({ lot, verdicts: begin(verdictsOn(lot, work)) });
    }
    const oldest = underWay.shift();
    const verdicts = await oldest?.verdicts;
    for (const parts of oldest?.lot ?? []) {
      const verdict = verdicts?.get(parts) ?? null;
      for (const { bytes, label } of verdict?.read ?? []) work.onBytes(bytes, label);
      yield verdict?.stream ?? (await verifyStream(parts, work, false));
    }
  }
}

type Verdicts = ReadonlyMap<StreamParts, FolderVerdict | null>;

async function verdictsOn(lot: readonly StreamParts[], work: Archive): Promise<Verdicts> {
  const inFolders = lot.filter((parts) => folderOf(parts) !== null);
  const { container, isStandalone, atNs } = work;
  const folders = inFolders.map((parts) => folderOf(parts) as StreamFolder);
  const verdicts = await sendErrand(work.pool, { folders, kind: container.kind, isStandalone, atNs });
  return new Map(inFolders.map((parts, i) => [parts, verdicts[i] ?? null]));
}

/** Whoever waits for it is told of its failure; where nobody comes to wait, an earlier one has failed. */
function begin<T>(work: Promise<T>): Promise<T> {
  work.catch(() => {});
  return work;
}
