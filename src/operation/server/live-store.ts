import { isStore, type OpenContainer } from '../../container/entry.ts';
import { makeFinding, type Finding } from '../../findings/finding.ts';
import { serversAround } from './running-server.ts';

/** What is read of a store while its server runs may have changed between two files. */
export function liveStoreFindings({
  kind,
  path,
}: Pick<OpenContainer, 'path'> & Partial<Pick<OpenContainer, 'kind'>>): Finding[] {
  if (kind === undefined || !isStore(kind)) return [];
  return serversAround(path).map(({ pid, reason }) =>
    makeFinding({ code: 'DIR_SERVER_RUNNING', data: { process: pid, reason } }, {}),
  );
}
