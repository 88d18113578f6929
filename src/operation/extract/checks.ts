import { plural } from '../../core/plural.ts';
import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { RefusedError, ToolError, UsageError } from '../../core/error.ts';
import { replicasOf } from '../../model/replicas.ts';
import type { ServerGeneration } from '../../core/server-generation.ts';
import { unknownConsumerFields, unknownStreamFields } from '../../format/config-schema/since.ts';
import type { OutgoingStream } from '../write/outgoing-stream.ts';
import { overlaps } from '../../model/listened-subjects.ts';
import type { DataDir, StoredStream } from './data-dir.ts';
import { usersOfStore } from '../server/running-server.ts';

/** A server that runs on the files would write over what is put there, and would not see it. */
export function mustBeStopped({ storeFolder }: DataDir): void {
  const [user] = usersOfStore(storeFolder);
  if (user !== undefined)
    throw new RefusedError(
      `a server is running on ${storeFolder}: process ${user.pid} ${user.reason}; stop it first`,
    );
}

/** A clustered server deletes what its groups do not know. */
export function mustBeAlone({ storeFolder, raftFolder }: DataDir): void {
  if (raftFolder !== null)
    throw new RefusedError(
      `${storeFolder} is the store of a clustered server (${raftFolder}): it would take the stream for an orphan, since no raft ` +
        'group knows it, and delete it with its data; restore it over the network instead',
    );
}

/** A server passes over the folder of an account that it does not have. */
export function accountMustBeKnown({ accounts }: DataDir, account: string): void {
  if (accounts.length > 0 && !accounts.includes(account))
    throw new UsageError(
      `the store has no account ${account} (there: ${accounts.join(', ')}); --new-account makes its folder`,
    );
}

/** What would keep a server from serving the stream. */
export function mustBeServable(stream: OutgoingStream, server: ServerGeneration | undefined): void {
  const replicas = replicasOf(stream.config);
  if (replicas > 1n)
    throw new UsageError(
      `${stream.name} has ${replicas} replicas: a server that is not clustered leaves it out; give --replicas 1`,
    );
  if (server === undefined) return;
  const [field] = unknownStreamFields(stream.config, server);
  if (field !== undefined)
    throw new UsageError(`${stream.name}: nats-server ${server} does not support its field ${field}`);
  for (const { name, config } of stream.consumers) {
    const [unknown] = unknownConsumerFields(config, server);
    if (unknown !== undefined)
      throw new UsageError(
        `${stream.name}, consumer ${name}: nats-server ${server} does not support its field ${unknown}`,
      );
  }
}

/** One stream a name, and no subject that two streams of the account would take. */
export function mustFitIn(
  stream: OutgoingStream,
  stored: readonly StoredStream[],
  { storeFolder }: DataDir,
  isForced: boolean,
): void {
  for (const { name, config } of stored) {
    if (name === stream.name) {
      if (isForced) continue;
      const place = join(storeFolder, 'jetstream', stream.account ?? '', 'streams', name);
      throw new UsageError(`${place} is there already; --force replaces it`);
    }
    const [overlap] = config === null ? [] : overlaps(stream.config, config);
    if (overlap !== undefined)
      throw new UsageError(
        `subject ${overlap[0]} of ${stream.name} overlaps with ${overlap[1]} of ${name}, which is there: ` +
          'a server would leave one of them out; --map-subject gives it others',
      );
  }
}

/** Room for consumers, indexes and the tables of the file system. */
const SPARE_BYTES = 4 * 1024 * 1024;

/** Throws ToolError. */
export function mustHaveRoom({ storeFolder }: DataDir, streams: readonly OutgoingStream[]): void {
  const neededBytes = streams.reduce((sum, { content }) => sum + Number(content.state.bytes), SPARE_BYTES);
  const { bavail, bsize } = statfsSync(storeFolder);
  const freeBytes = bavail * bsize;
  if (freeBytes < neededBytes)
    throw new ToolError(`${storeFolder} has ${plural(freeBytes, 'byte')} free, ${neededBytes} are needed`);
}
