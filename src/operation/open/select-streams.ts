import type { OpenContainer, StreamParts } from '../../container/entry.ts';
import { SourceError, UsageError } from '../../core/error.ts';
import { matchesName, nameText } from '../../core/name.ts';
import { loadStream, streamNameOf } from './load-stream.ts';
import type { SelectOptions } from '../types.ts';
import { someOf } from '../../core/some-of.ts';

/** The streams of an archive that are asked for. Throws UsageError where none fits. */
export function selectStreams(container: OpenContainer, options: SelectOptions): StreamParts[] {
  const { account, streams = [] } = options;
  if (container.kind === 'block') {
    if (streams.length > 1)
      throw new UsageError(`${container.path} is a block of one stream: --stream must name it alone`);
    return [...container.streams];
  }
  // The one stream of an archive that does not tell its name is the one that is asked for.
  const isAlone = container.streams.length === 1;
  const ofAccount = container.streams.filter(
    (parts) => account === undefined || matchesName(account, parts.account ?? ''),
  );
  const isMeant = isAlone && ofAccount.some((parts) => streamNameOf(parts) === '');
  const selected = isMeant ? ofAccount : streamsCalled(streams, ofAccount);
  if (selected.length === 0 && (account !== undefined || streams.length > 0))
    throw new UsageError(
      `no stream in ${container.path} fits the selection ${selectionText(options)}; it holds ${namesIn(container)}`,
    );
  return selected;
}

/**
 * The streams that one of the patterns fits; all where there is none. A backup's folder may have been renamed: where no folder is
 * called so, the stream's own name tells.
 */
export function streamsCalled(patterns: readonly string[], streams: readonly StreamParts[]): StreamParts[] {
  if (patterns.length === 0) return [...streams];
  const isCalled = (pattern: string, parts: StreamParts): boolean =>
    matchesName(pattern, streamNameOf(parts));
  const renamed = patterns.filter((pattern) => !streams.some((parts) => isCalled(pattern, parts)));
  return streams.filter((parts) => {
    if (patterns.some((pattern) => isCalled(pattern, parts))) return true;
    const own = renamed.length === 0 ? '' : ownNameOf(parts);
    return renamed.some((pattern) => matchesName(pattern, own));
  });
}

/** The name that a stream's own files tell, where a folder of a backup may be called otherwise. */
function ownNameOf(parts: StreamParts): string {
  if (parts.form === 'store') return '';
  try {
    return loadStream(parts).name;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return '';
  }
}

function selectionText({ account, streams = [] }: SelectOptions): string {
  const accounts = account === undefined ? [] : [`account ${account}`];
  return [...accounts, ...streams.map((stream) => `stream ${stream}`)].join(', ');
}

/** So many names are told where none was found. */
const MOST_NAMES = 10;

function namesIn({ streams }: OpenContainer): string {
  const names = streams.map(
    (parts) => (parts.account === null ? '' : `${parts.account}/`) + nameText(streamNameOf(parts)),
  );
  return names.length === 0 ? 'none' : someOf(names, MOST_NAMES);
}
