import { UsageError } from '../../core/error.ts';
import { matchesName } from '../../core/name.ts';
import type { OpenContainer, StreamParts } from '../../container/entry.ts';
import { streamNameOf, type Archive } from '../open-archive.ts';
import type { SelectOptions } from '../types.ts';
import type { Candidate } from './side.ts';

/** A stream and its counterpart; null where a side has none. */
export interface Pair {
  readonly account: string | null;
  readonly name: string;
  readonly nameB: string;
  readonly a: Candidate | null;
  readonly b: Candidate | null;
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
  return container.streams.filter((parts) => {
    if (account !== undefined && parts.account !== null && !matchesName(account, parts.account)) return false;
    return streams.length === 0 || streams.some((pattern) => matchesName(pattern, streamNameOf(parts)));
  });
}

/** Streams pair by account and name; with `as`, the one of A and the one of that name in B. Throws UsageError. */
export function pairStreams(a: Archive, b: Archive, as: string | undefined): Pair[] {
  const [allA, allB] = [namedStreams(a), namedStreams(b)];
  if (as !== undefined) return [pairRenamed(allA, allB, as)];
  const [onlyA, onlyB] = [allA[0], allB[0]];
  if (allA.length === 1 && allB.length === 1 && onlyA !== undefined && onlyB !== undefined) {
    if (onlyA.name !== onlyB.name)
      throw new UsageError(
        `A holds the stream ${onlyA.name}, B ${onlyB.name}: --as ${onlyB.name} compares them`,
      );
    if (onlyA.account === null || onlyB.account === null) return [pairOf(onlyA, onlyB)];
  }
  return pairByName(allA, allB);
}

function namedStreams(work: Archive): Named[] {
  return work.selected.map((parts) => ({
    parts,
    work,
    account: parts.account,
    name: streamNameOf(parts),
  }));
}

function pairRenamed(allA: readonly Named[], allB: readonly Named[], as: string): Pair {
  const [a, ...moreA] = allA;
  const [b, ...moreB] = allB;
  if (a === undefined || moreA.length > 0)
    throw new UsageError(
      `--as is about one stream of A, and ${allA.length} are selected: --stream selects one`,
    );
  if (b === undefined) throw new UsageError(`B holds no stream ${as}`);
  if (moreB.length > 0)
    throw new UsageError(`several accounts of B hold a stream ${as}: --account selects one`);
  return pairOf(a, b);
}

function pairByName(allA: readonly Named[], allB: readonly Named[]): Pair[] {
  const left = new Set(allB);
  const pairs = allA.map((a): Pair => {
    const fitting = allB.filter((b) => b.name === a.name && accountsFit(a.account, b.account));
    const [b, ...more] = fitting;
    if (b === undefined) return { account: a.account, name: a.name, nameB: a.name, a, b: null };
    if (more.length > 0 || !left.delete(b)) throw ambiguous(a.name);
    return pairOf(a, b);
  });
  const rest = [...left].map((b): Pair => ({ account: b.account, name: b.name, nameB: b.name, a: null, b }));
  return [...pairs, ...rest].toSorted(
    (one, other) =>
      compareTexts(one.account ?? '', other.account ?? '') || compareTexts(one.name, other.name),
  );
}

/** Accounts pair by name; one that has no name fits any. */
function accountsFit(a: string | null, b: string | null): boolean {
  return a === null || b === null || a === b;
}

function ambiguous(name: string): UsageError {
  return new UsageError(
    `several accounts hold a stream ${name}, and one side does not tell its account: --account selects one`,
  );
}

function pairOf(a: Named, b: Named): Pair {
  return { account: a.account ?? b.account, name: a.name, nameB: b.name, a, b };
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
