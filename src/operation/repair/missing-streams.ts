import type { OpenContainer } from '../../container/entry.ts';
import { matchesName } from '../../core/name.ts';
import { shellWord } from '../../core/shell-word.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { assignmentKey, isAssignedHere, readAssignments } from '../open/assignments.ts';
import type { Archive } from '../open/open-archive.ts';
import type { RepairNote } from '../salvage/types.ts';
import type { OtherArchive } from './other-archives.ts';
import type { RepairOptions } from './types.ts';

/** Archives of many streams: one that is not in it is not another stream's. */
const OF_MANY: readonly OpenContainer['kind'][] = ['store', 'account-store', 'account-backup'];

/**
 * Streams that archives of `--from` hold and the repaired one, of many streams, does not: nothing is written of them. A loss where
 * the cluster assigns the stream to the very node whose store is repaired.
 */
export function missingStreams(
  { container }: Pick<Archive, 'container'>,
  own: readonly StreamArchive[],
  others: readonly OtherArchive[],
  options: RepairOptions,
): RepairNote[] {
  if (!OF_MANY.includes(container.kind)) return [];
  const missing = new Map<string, { readonly stream: StreamArchive; readonly paths: string[] }>();
  for (const { path, streams } of others)
    for (const stream of streams) {
      if (stream.form === 'config' || !isAskedFor(stream, options)) continue;
      if (own.some((one) => isCalledAs(one, stream))) continue;
      const key = `${stream.account ?? ''} ${stream.name}`;
      const known = missing.get(key) ?? { stream, paths: [] };
      known.paths.push(path);
      missing.set(key, known);
    }
  const assignments = missing.size === 0 ? null : readAssignments(container);
  return [...missing.values()].flatMap(({ stream: { account, name }, paths }): RepairNote[] => {
    const loss = isAssignedHere(container, assignments, account, name);
    // It was never on this node.
    if (!loss && assignments?.has(assignmentKey(account, name)) === true) return [];
    const command = `natsarc repair ${shellWord(paths[0] ?? '')} --stream ${shellWord(name)} --out FOLDER`;
    const why = loss ? 'though the cluster assigns it to this node: ' : '';
    const note = {
      code: 'STREAM_MISSING',
      account,
      stream: name,
      text: `not written: ${why}nothing of it is in ${container.path}, but in ${paths.join(', ')}: ${command} writes it`,
      loss,
    } as const;
    return [note];
  });
}

function isCalledAs(own: StreamArchive, other: StreamArchive): boolean {
  const isOneAccount = own.account === null || other.account === null || own.account === other.account;
  return own.name === other.name && isOneAccount;
}

function isAskedFor({ name, account }: StreamArchive, options: RepairOptions): boolean {
  const { streams = [] } = options;
  return (
    name !== '' &&
    (streams.length === 0 || streams.some((pattern) => matchesName(pattern, name))) &&
    (options.account === undefined || matchesName(options.account, account ?? ''))
  );
}
