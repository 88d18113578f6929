import { plural } from '../../core/plural.ts';
import { RefusedError } from '../../core/error.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { sameName, type OtherArchive } from './other-archives.ts';
import { salvageStream } from '../salvage/stream/salvage-stream.ts';
import type { SalvagedStream } from '../salvage/stream/salvaged-stream.ts';
import { pathInside } from './path-inside.ts';
import { identify, type Identity } from './stream-identity.ts';
import type { OtherUse } from '../salvage/types.ts';
import { someOf } from '../../core/some-of.ts';

/** One of the other archives, and whether it holds the stream; `reason`: why, in words. */
export type FoundUse = Identity & Pick<OtherUse, 'source'>;

/** What other archives have of a stream. */
export interface OtherStreams {
  /** Those that are the same stream. */
  readonly helpers: readonly SalvagedStream[];
  /** Of every archive whether it is used. */
  readonly uses: readonly FoundUse[];
}

/**
 * Looks in each of the other archives for the stream that is repaired; what is opened is put to `opened`. One of its name that is
 * another stream is left aside: its messages would stand in place of lost ones. Throws SourceError, UsageError, ToolError, CancelledError.
 */
export async function findOthers(
  own: SalvagedStream,
  others: readonly OtherArchive[],
  opened: SalvagedStream[],
  signal: AbortSignal | undefined,
): Promise<OtherStreams> {
  const helpers: SalvagedStream[] = [];
  const uses: FoundUse[] = [];
  for (const other of others) {
    const archive = sameName(other, own.archive);
    if (archive === null || isUnreadable(archive)) {
      const why = archive === null ? notNamed(other, own.archive.name) : unreadable(archive);
      uses.push({ source: other.source, used: false, same: 0, differing: 0, ...why });
      continue;
    }
    const stream = await salvageStream(archive, other.work, other.source, own.archive.name);
    opened.push(stream);
    const identity = await identify(own, stream, signal);
    uses.push({ source: other.source, ...identity });
    if (identity.used) helpers.push(placedIn(other, stream));
  }
  return { helpers, uses };
}

function notNamed({ streams }: OtherArchive, name: string): Pick<Identity, 'by' | 'reason'> {
  const accounts = streams.filter((stream) => stream.name === name).map(({ account }) => account ?? '-');
  if (accounts.length > 0)
    return {
      by: 'name',
      reason: `${accounts.length} streams ${name} are in it, of the accounts ${someOf(accounts, MOST_NAMES)}: give the folder of one`,
    };
  const names = [...new Set(streams.map((stream) => stream.name))];
  return { by: 'name', reason: `no stream ${name} is in it, but ${someOf(names, MOST_NAMES)}` };
}

function isUnreadable({ parts, encrypted }: StreamArchive): boolean {
  return parts.form === 'config' || encrypted !== null;
}

function unreadable({ encrypted }: StreamArchive): Pick<Identity, 'by' | 'reason'> {
  const reason = encrypted === null ? 'it has no data of the stream' : 'it is encrypted, its key is needed';
  return { by: 'data', reason };
}

/** Whether another archive has data of a stream of this name. */
export function isElsewhere(own: StreamArchive, others: readonly OtherArchive[]): boolean {
  return others.some((other) => {
    const archive = sameName(other, own);
    return archive !== null && !isUnreadable(archive);
  });
}

/** Of more than so many, the number of the others is told. */
const MOST_NAMES = 5;

/** Places are told with the archive they are in. */
function placedIn({ work }: OtherArchive, stream: SalvagedStream): SalvagedStream {
  const inside = (label: string): string => pathInside(work.container, label);
  return {
    ...stream,
    pathOf: inside,
    listed: stream.listed.map((listing) => ({ ...listing, file: inside(listing.file) })),
    damages: function* () {
      for (const damage of stream.damages()) yield { ...damage, file: inside(damage.file) };
    },
    findings: [],
  };
}

/** What is told of other archives once it is known how many messages are from each. */
export function tellUses(
  found: readonly FoundUse[],
  helped: ReadonlyMap<number, bigint>,
  sources: readonly string[],
): readonly OtherUse[] {
  return found.map(({ reason, ...use }) => {
    const recovered = helped.get(use.source) ?? 0n;
    const path = sources[use.source] ?? '';
    const taken = `from ${path}: ${plural(recovered, 'message')} (${reason})`;
    return { ...use, recovered, text: use.used ? taken : `nothing from ${path}: ${reason}` };
  });
}

/** What other archives were for one stream. */
export interface UsesOfStream {
  readonly name: string;
  readonly uses: readonly FoundUse[];
}

/** Throws RefusedError where an archive was given that holds none of the streams: a wrong path, most likely. */
export function mustAllFit(told: readonly UsesOfStream[], others: readonly OtherArchive[]): void {
  for (const { path, source } of others) {
    const own = told.map(({ name, uses }) => ({ name, use: uses.find((use) => use.source === source) }));
    if (own.some(({ use }) => use?.used === true)) continue;
    const reasons = own.flatMap(({ name, use }) => (use === undefined ? [] : `${name}: ${use.reason}`));
    throw new RefusedError(
      `--from ${path} holds none of the streams that are repaired: ${someOf(reasons, MOST_NAMES, '; ')}`,
    );
  }
}
