import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { CancelledError, ToolError } from '../../core/error.ts';
import type { JsonObject } from '../../core/json.ts';
import { writeConsumerMeta } from '../../format/consumer-meta/write.ts';
import { writeConsumerState } from '../../format/consumer-state/write.ts';
import { writeManifest } from '../../format/manifest/write.ts';
import { writeMetaSum, writeStreamMeta } from '../../format/stream-meta/write.ts';
import type { ConsumerArchive, StreamArchive } from '../../model/stream-archive.ts';
import { countDeleted, timeText } from '../../model/stream-state.ts';
import { BlockWriter } from '../../writer/block-writer.ts';
import { SnapshotWriter } from '../../writer/snapshot-writer.ts';
import type { StagedFolder } from '../../writer/staged-folder.ts';
import type { StreamContent } from './stream-content.ts';

export interface BackupPlan {
  readonly archive: StreamArchive;
  readonly content: StreamContent;
  /** The name it gets. */
  readonly name: string;
  readonly consumers: readonly ConsumerArchive[];
  /** Where in the staged folder, empty for the folder itself. */
  readonly folder: string;
  readonly signal: AbortSignal | undefined;
}

/** Writes one stream backup, V1: backup.json and stream.tar.s2. */
export async function writeStreamBackup(plan: BackupPlan, staged: StagedFolder): Promise<void> {
  const { archive } = plan;
  if (archive.config === null)
    throw new ToolError(`${archive.parts.label}: no configuration (meta.inf, backup.json) can be read`);
  const config: JsonObject = { ...archive.config, name: plan.name };
  if (plan.folder !== '') staged.makeFolder(plan.folder);
  await staged.writeFile(join(plan.folder, 'stream.tar.s2'), async (write) =>
    writeSnapshot(plan, config, write),
  );
  await staged.writeFile(join(plan.folder, 'backup.json'), (write) => write(manifestOf(plan, config)));
}

async function writeSnapshot(
  plan: BackupPlan,
  config: JsonObject,
  write: (bytes: Uint8Array) => void,
): Promise<void> {
  const { archive, content, name } = plan;
  const snapshot = new SnapshotWriter(write);
  const meta = writeStreamMeta(archive.created, config);
  snapshot.addFile('meta.inf', meta);
  snapshot.addFile('meta.sum', writeMetaSum(name, meta));
  const blocks = new BlockWriter(name, (number, bytes) => snapshot.addFile(`msgs/${number}.blk`, bytes));
  await content.messages(
    (message) => {
      blocks.add(message);
      return false;
    },
    async () => {
      await turn();
      if (plan.signal?.aborted === true) throw new CancelledError('cancelled');
    },
  );
  blocks.finish(content.state.lastSeq, content.state.lastTimeNs ?? 0n);
  for (const consumer of plan.consumers) addConsumer(snapshot, name, consumer);
  snapshot.end();
}

/** One without a readable configuration cannot be restored and is left out; the source's findings tell of it. */
function addConsumer(snapshot: SnapshotWriter, streamName: string, consumer: ConsumerArchive): void {
  if (consumer.config === null) return;
  const folder = `obs/${consumer.name}`;
  const meta = writeConsumerMeta(consumer.created, consumer.name, consumer.config);
  snapshot.addFile(`${folder}/meta.inf`, meta);
  snapshot.addFile(`${folder}/meta.sum`, writeMetaSum(`${streamName}/${consumer.name}`, meta));
  if (consumer.state !== null) snapshot.addFile(`${folder}/o.dat`, writeConsumerState(consumer.state));
}

function manifestOf(plan: BackupPlan, config: JsonObject): Uint8Array {
  const { state } = plan.content;
  return writeManifest(config, {
    messages: state.messages,
    bytes: state.bytes,
    firstSeq: state.firstSeq,
    firstTime: timeText(state.firstTimeNs ?? 0n),
    lastSeq: state.lastSeq,
    lastTime: timeText(state.lastTimeNs ?? 0n),
    numSubjects: state.numSubjects,
    numDeleted: countDeleted(state),
    consumerCount: plan.consumers.filter((consumer) => consumer.config !== null).length,
  });
}
