import type { FileStreamParts } from '../../container/entry.ts';
import { readEntry } from '../../model/read-entry.ts';
import type { ConsumerArchive, StreamArchive } from '../../model/stream-archive.ts';
import { isReadableConfig } from './accept-config.ts';
import { readStateAsServer } from './consumer-state.ts';
import type { NotServed } from './recovered.ts';
import type { ServerRules } from './server-rules.ts';

/** Consumers that come up with the stream: those with a meta.inf that can be read and a meta.sum, whatever it says. */
export function startedConsumers(
  archive: StreamArchive,
  parts: FileStreamParts,
  rules: ServerRules,
): readonly ConsumerArchive[] | NotServed {
  const entries = new Map(parts.entries.map((entry) => [entry.path, entry]));
  const started: ConsumerArchive[] = [];
  for (const consumer of archive.consumers) {
    const folder = `obs/${consumer.name}`;
    if (!entries.has(`${folder}/meta.inf`) || !entries.has(`${folder}/meta.sum`)) continue;
    if (consumer.config === null || !isReadableConfig(consumer.config, rules)) continue;
    const file = entries.get(`${folder}/o.dat`);
    const state = file === undefined ? 'empty' : readStateAsServer(readEntry(file) ?? new Uint8Array(0));
    if (state === 'endless')
      return { outcome: 'crash', reason: `${folder}/o.dat counts more than any memory can hold` };
    if (state === 'corrupt' && rules.dropsBrokenConsumers) continue;
    started.push(consumer);
  }
  return started;
}
