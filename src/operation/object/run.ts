import { plural } from '../../core/plural.ts';
import { createHash } from 'node:crypto';
import { ToolError } from '../../core/error.ts';
import { isSubjectPattern } from '../../core/subject.ts';
import type { Finding } from '../../findings/finding.ts';
import { streamMessages } from '../cat/stream-messages.ts';
import { MessageSieve } from '../filter/message-sieve.ts';
import type { MessageFilter } from '../filter/types.ts';
import { withArchive } from '../open/open-archive.ts';
import type { SelectOptions } from '../types.ts';
import { findObject, onlyObjectStore } from './find-object.ts';
import type { ObjectInfo } from './types.ts';

/** Until when messages count. */
export type ObjectOptions = SelectOptions & Pick<MessageFilter, 'beforeNs' | 'maxSeq'>;

/**
 * Takes an object out of an object store: its chunks go to `write` one by one, and count only when this returns, since
 * size and digest are known at the end. Throws ToolError where there is no such object, it was deleted, is a link, lacks
 * chunks or does not fit its digest; SourceError, UsageError, CancelledError.
 */
export async function takeObject(
  path: string,
  name: string,
  options: ObjectOptions,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<ObjectInfo> {
  const { beforeNs, maxSeq } = options;
  const filter = {
    ...(beforeNs === undefined ? {} : { beforeNs }),
    ...(maxSeq === undefined ? {} : { maxSeq }),
  };
  return withArchive(path, options, async (work) => {
    const store = onlyObjectStore(work);
    const { info, findings } = await findObject(store, name, work, filter);
    const subject = `$O.*.C.${info.nuid}`;
    if (!/^[^.*>]+$/.test(info.nuid) || !isSubjectPattern(subject))
      throw new ToolError(`the metadata of object ${name} in ${store.name} names no chunks`);
    const sieve = new MessageSieve({ ...filter, subjects: [subject] });
    const taken = new ChunkSum();
    await streamMessages({ archive: store, parts: store.parts }, work, sieve, async (lot) => {
      for (const message of lot) {
        taken.add(message.data);
        await write(message.data);
      }
    });
    mustBeWhole(info, taken, findings);
    return info;
  });
}

/** What the chunks add up to. */
class ChunkSum {
  readonly #hash = createHash('sha256');
  chunks = 0n;
  sizeBytes = 0n;

  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.chunks++;
    this.sizeBytes += BigInt(bytes.length);
  }

  digest(): Buffer {
    return this.#hash.digest();
  }
}

function mustBeWhole(info: ObjectInfo, taken: ChunkSum, findings: readonly Finding[]): void {
  const damage = [...new Set(findings.filter((one) => one.severity === 'critical').map((one) => one.code))];
  const fail = (what: string): never => {
    const why = damage.length === 0 ? '' : `; the stream is damaged: ${damage.join(', ')}`;
    throw new ToolError(`object ${info.name}: ${what}${why}`);
  };
  if (taken.chunks !== info.chunks) fail(`${taken.chunks} of ${info.chunks} chunks are there`);
  if (taken.sizeBytes !== info.sizeBytes)
    fail(`its chunks have ${plural(taken.sizeBytes, 'byte')}, its metadata says ${info.sizeBytes}`);
  if (info.digest === null) return;
  const [algorithm, sum] = info.digest.split(/=(.*)/s);
  if (algorithm !== 'SHA-256') fail(`its digest is of an unknown kind: ${algorithm}`);
  if (!taken.digest().equals(Buffer.from(sum ?? '', 'base64url')))
    fail(`its chunks do not fit its digest ${info.digest}`);
}
