import { UsageError } from '../../core/error.ts';
import { groupedBy } from '../../core/grouped.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { someOf } from '../../core/some-of.ts';

/** One of several streams, and what tells it from the others. */
export type Choice = Pick<StreamArchive, 'name' | 'account'> & {
  readonly parts: Pick<StreamArchive['parts'], 'folderName' | 'label'>;
};

/** Throws UsageError where there are several streams: what chooses one of them. */
export function mustBeOne(streams: readonly Choice[]): void {
  const [first, ...others] = streams;
  if (first === undefined || others.length === 0) return;
  if (others.every(({ name }) => name === first.name)) throw new UsageError(sameName(streams));
  throw new UsageError(`${streams.length} streams are in it: --stream must choose one`);
}

/** Throws UsageError where two streams would be written at one place. */
export function mustLieApart(
  placed: readonly { readonly path: string; readonly stream: { readonly source: Choice } }[],
): void {
  for (const same of groupedBy(placed, ({ path }) => path).values())
    mustBeOne(same.map(({ stream }) => stream.source));
}

/** Of more than so many, the number of the others is told. */
const MOST_CHOICES = 10;

/** Several streams of one name, and how to choose: accounts, or folders of one, have names that a flag takes. */
function sameName(streams: readonly Choice[]): string {
  const count = streams.length === 2 ? 'two' : String(streams.length);
  const accounts = namesOf(streams, ({ account }) => account);
  const folders = namesOf(streams, ({ parts }) => parts.folderName);
  const [how, names] =
    accounts !== null
      ? ['--account must choose one', accounts]
      : folders !== null
        ? ['--stream must choose one', folders]
        : ['the path of one must be given', streams.map(({ parts }) => parts.label)];
  return `${count} streams are called ${streams[0]?.name ?? ''}: ${how}: ${someOf(names, MOST_CHOICES)}`;
}

/** A name for each, null where they do not have one of their own. */
function namesOf(streams: readonly Choice[], nameOf: (stream: Choice) => string | null): string[] | null {
  const names = streams.flatMap((stream) => nameOf(stream) ?? []);
  return new Set(names).size === streams.length ? names : null;
}
