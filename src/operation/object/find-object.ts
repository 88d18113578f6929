import { ToolError, UsageError } from '../../core/error.ts';
import { formatTimeNs } from '../../core/time.ts';
import type { Finding } from '../../findings/finding.ts';
import { streamMessages } from '../cat/stream-messages.ts';
import { MessageSieve } from '../filter/message-sieve.ts';
import type { MessageFilter } from '../filter/types.ts';
import type { Archive } from '../open/open-archive.ts';
import { streamsToRead } from '../twins/streams-to-read.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { NearNames } from '../../core/near-names.ts';
import { parseObjectInfo, STORE_PREFIX } from './parse-info.ts';
import type { ObjectInfo } from './types.ts';

/** The one object store among the selected streams. Throws UsageError where there is none, or more than one. */
export function onlyObjectStore(work: Archive): StreamArchive {
  const stores = [...streamsToRead(work).archives].filter(({ name }) => name.startsWith(STORE_PREFIX));
  const [store, other] = stores;
  const path = work.container.path;
  if (store === undefined)
    throw new UsageError(`no object store (a stream ${STORE_PREFIX}…) is selected in ${path}`);
  if (other !== undefined)
    throw new UsageError(
      `${path} holds several object stores, choose with --stream and --account: ${stores.map(fullName).join(', ')}`,
    );
  return store;
}

function fullName({ account, name }: StreamArchive): string {
  return account === null ? name : `${account}/${name}`;
}

/** Finds the newest metadata of an object that can be taken out. Throws ToolError with the reason where it cannot. */
export async function findObject(
  store: StreamArchive,
  name: string,
  work: Archive,
  filter: MessageFilter,
): Promise<{ readonly info: ObjectInfo; readonly findings: readonly Finding[] }> {
  const sieve = new MessageSieve({ ...filter, subjects: ['$O.*.M.*'], lastPerSubject: 1 });
  const near = new NearNames(name);
  let found: ObjectInfo | null = null;
  const { findings } = await streamMessages({ archive: store, parts: store.parts }, work, sieve, (lot) => {
    for (const message of lot) {
      const info = parseObjectInfo(message);
      if (info?.name === name) found = info;
      else if (info !== null && !info.isDeleted) near.see(info.name);
    }
  });
  return { info: takeable(found, name, store.name, near), findings };
}

function takeable(info: ObjectInfo | null, name: string, storeName: string, near: NearNames): ObjectInfo {
  if (info === null) {
    const hint = near.names.length === 0 ? '' : `; near names: ${near.names.join(', ')}`;
    throw new ToolError(`no object ${name} in ${storeName}${hint}`);
  }
  if (info.isDeleted)
    throw new ToolError(`object ${name} in ${storeName} was deleted at ${formatTimeNs(info.timeNs)}`);
  if (info.link !== null) {
    const { bucket, name: target } = info.link;
    const to = target === null ? `bucket ${bucket}` : `object ${target} in bucket ${bucket}`;
    throw new ToolError(`object ${name} in ${storeName} is a link to ${to}, and holds nothing itself`);
  }
  return info;
}
