import { UsageError } from '../../core/error.ts';
import { matchesName } from '../../core/name.ts';
import type { OpenContainer, StreamParts } from '../../container/entry.ts';
import { streamNameOf } from '../open/load-stream.ts';
import type { Archive } from '../open/open-archive.ts';
import { streamsCalled } from '../open/select-streams.ts';
import type { SelectOptions } from '../types.ts';
import type { Candidate } from './side.ts';

/** One stream as every archive has it; null where one does not. */
export interface Match {
  readonly account: string | null;
  readonly name: string;
  readonly candidates: readonly (Candidate | null)[];
}

interface Named extends Candidate {
  readonly account: string | null;
  readonly name: string;
}

/** The streams of a side that are asked for. A side without account names is taken whatever `account` says. */
export function selectSide(
  container: OpenContainer,
  { account, streams = [] }: SelectOptions,
): StreamParts[] {
  if (container.kind === 'block') return [...container.streams];
  const ofAccount = container.streams.filter(
    (parts) => account === undefined || parts.account === null || matchesName(account, parts.account),
  );
  return streamsCalled(streams, ofAccount);
}

/** Streams go together by account and name, in this order. Throws UsageError where it cannot be told which. */
export function matchStreams(archives: readonly Archive[]): Match[] {
  const sides = archives.map(namedStreams);
  const single = matchSingles(sides);
  if (single !== null) return [single];
  let matches: Match[] = [];
  for (const [i, streams] of sides.entries()) matches = addSide(matches, streams, i);
  return matches.toSorted(
    (a, b) => compareTexts(a.account ?? '', b.account ?? '') || compareTexts(a.name, b.name),
  );
}

/** The one stream of A, and the one called `as` in B. Throws UsageError. */
export function matchRenamed(archives: readonly Archive[], as: string): Match {
  const [allA = [], allB = []] = archives.map(namedStreams);
  const [a, ...moreA] = allA;
  const [b, ...moreB] = allB;
  if (a === undefined || moreA.length > 0)
    throw new UsageError(
      `--as is about one stream of A, and ${allA.length} are selected: --stream selects one`,
    );
  if (b === undefined) throw new UsageError(`B holds no stream ${as}`);
  if (moreB.length > 0)
    throw new UsageError(`several accounts of B hold a stream ${as}: --account selects one`);
  return { account: a.account ?? b.account, name: a.name, candidates: [a, b] };
}

function namedStreams(work: Archive): Named[] {
  return work.selected.map((parts) => ({
    parts,
    work,
    account: parts.account,
    name: streamNameOf(parts),
  }));
}

/** Archives of one stream each, of which some tell no name; null where there is anything to choose. */
function matchSingles(sides: readonly (readonly Named[])[]): Match | null {
  if (sides.some((streams) => streams.length !== 1)) return null;
  const all = sides.flat();
  const names = [...new Set(all.map((stream) => stream.name).filter((name) => name !== ''))];
  if (names.length > 1)
    throw new UsageError(
      `the archives hold different streams, ${names.join(' and ')}: --as ${names[1]} compares two of them`,
    );
  const accounts = [...new Set(all.flatMap((stream) => stream.account ?? []))];
  if (accounts.length > 1) return null;
  return { account: accounts[0] ?? null, name: names[0] ?? '', candidates: all };
}

function addSide(matches: readonly Match[], streams: readonly Named[], side: number): Match[] {
  const left = new Set(streams);
  const added = matches.map((match): Match => {
    const own = counterpart(match, streams);
    if (own !== null && !left.delete(own)) throw ambiguous(match.name);
    return {
      ...match,
      account: match.account ?? own?.account ?? null,
      candidates: [...match.candidates, own],
    };
  });
  const missing = Array.from({ length: side }, () => null);
  const rest = [...left].map((own): Match => ({
    account: own.account,
    name: own.name,
    candidates: [...missing, own],
  }));
  return [...added, ...rest];
}

/** Accounts go together by name; one that has no name fits any. */
function counterpart(match: Match, streams: readonly Named[]): Named | null {
  const fitting = streams.filter(
    ({ name, account }) =>
      name === match.name && (account === null || match.account === null || account === match.account),
  );
  const exact = fitting.filter(({ account }) => account === match.account);
  const [one, ...more] = exact.length === 1 ? exact : fitting;
  if (more.length > 0) throw ambiguous(match.name);
  return one ?? null;
}

function ambiguous(name: string): UsageError {
  return new UsageError(
    `several accounts hold a stream ${name}, and one side does not tell its account: --account selects one`,
  );
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
