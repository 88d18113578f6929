import type { OpenContainer } from '../../container/entry.ts';
import type { Finding } from '../../findings/finding.ts';
import { SourceError, UsageError } from '../../core/error.ts';
import { matchesName } from '../../core/name.ts';
import {
  blockMustBeMeant,
  openForStream,
  withPool,
  type Archive,
  type Selection,
} from '../open/open-archive.ts';
import { sourceReport, TOOL } from '../open/report-source.ts';
import type { SelectOptions } from '../types.ts';
import { diffStream } from './diff-stream.ts';
import { matchRenamed, matchStreams, selectSide } from './match-streams.ts';
import type { DiffOptions, DiffReport, StreamDiff } from './types.ts';

/**
 * Compares two archives of any two kinds: configuration, state, consumers and messages of every stream. What one of them
 * cannot carry is named, not compared; what is damaged is compared as far as it can be read, and in `findings`.
 * Throws SourceError where a side cannot be read, UsageError, CancelledError.
 */
export async function diffArchives(
  pathA: string,
  pathB: string,
  options: SelectOptions & DiffOptions = {},
): Promise<DiffReport> {
  const { as } = options;
  const optionsB: SelectOptions = as === undefined ? options : { ...options, streams: [as] };
  return withArchives([pathA, pathB], [options, optionsB], async (archives) => {
    const matches = as === undefined ? matchStreams(archives) : [matchRenamed(archives, as)];
    const streams: StreamDiff[] = [];
    const [a, b] = archives.map((archive): Finding[] => [...archive.container.findings]);
    for (const match of matches) {
      const { diff, findings } = await diffStream(match, options);
      streams.push(diff);
      a?.push(...findings.a);
      b?.push(...findings.b);
    }
    const [sourceA, sourceB] = archives.map(({ container }) => sourceReport(container));
    if (sourceA === undefined || sourceB === undefined) throw new Error('a side is missing');
    return {
      type: 'natsarc.v1.diff',
      tool: TOOL,
      source: { a: sourceA, b: sourceB },
      same: streams.every((stream) => stream.same),
      streams,
      findings: { a: a ?? [], b: b ?? [] },
    };
  });
}

/** Opens archives side by side, selects, does the work and closes. `options` are those of each. */
export async function withArchives<T>(
  paths: readonly string[],
  options: readonly SelectOptions[],
  work: (archives: readonly Archive[]) => Promise<T>,
): Promise<T> {
  if (paths.filter((path) => path === '-').length > 1)
    throw new UsageError('only one side can be standard input');
  const opened: OpenContainer[] = [];
  try {
    const selections: Selection[] = [];
    for (const [i, path] of paths.entries()) {
      const container = await openForStream(path, options[i] ?? {});
      opened.push(container);
      selections.push({ container, selected: selectSide(container, options[i] ?? {}) });
    }
    blockMustBeMeant(opened, options[0] ?? {});
    if (selections.every(({ selected }) => selected.length === 0)) throw nothingIn(paths, options[0] ?? {});
    mustHoldAccount(selections, options[0] ?? {});
    return await withPool(selections, options[0] ?? {}, work);
  } finally {
    for (const container of opened) container.close();
  }
}

/** A mistyped account must not look like one that is missing: of the archives that tell accounts, one must hold it. */
function mustHoldAccount(selections: readonly Selection[], { account }: SelectOptions): void {
  if (account === undefined) return;
  const accountsOf = ({ container }: Selection): string[] =>
    container.streams.flatMap((parts) => parts.account ?? []);
  const telling = selections.filter((selection) => accountsOf(selection).length > 0);
  const isHeld = telling.some((one) => accountsOf(one).some((name) => matchesName(account, name)));
  if (telling.length === 0 || isHeld) return;
  throw new UsageError(
    `no account in ${telling.map(({ container }) => container.path).join(' nor ')} fits ${account}`,
  );
}

function nothingIn(paths: readonly string[], { account, streams = [] }: SelectOptions): Error {
  const names = paths.join(' nor ');
  if (account !== undefined || streams.length > 0)
    return new UsageError(`no stream in ${names} fits the selection`);
  return new SourceError(`neither ${names} holds a stream`);
}
