import type { ConsumerArchive, StreamArchive } from '../../model/stream-archive.ts';
import { isReadableConfig } from './accept-config.ts';
import { stateAsServer } from './consumer-state.ts';
import { filesOf } from './files-of.ts';
import type { NotServed } from './recovered.ts';
import type { ServerRules } from './server-rules.ts';

/** What becomes of the consumers at a start. */
export interface StartedConsumers {
  readonly started: readonly ConsumerArchive[];
  /** For each that is deleted since its state cannot be read: those that had come up before. */
  readonly beforeFallen: readonly (readonly ConsumerArchive[])[];
}

/**
 * Consumers that come up with the stream, with their state as the server reads it: those with a meta.inf that can be read
 * and a meta.sum, whatever it says.
 */
export function startedConsumers(archive: StreamArchive, rules: ServerRules): StartedConsumers | NotServed {
  const entries = filesOf(archive);
  const started: ConsumerArchive[] = [];
  const beforeFallen: (readonly ConsumerArchive[])[] = [];
  for (const consumer of archive.consumers) {
    const folder = `obs/${consumer.name}`;
    if (!entries.has(`${folder}/meta.inf`) || !entries.has(`${folder}/meta.sum`)) continue;
    if (consumer.config === null || !isReadableConfig(consumer.config, rules)) continue;
    const file = entries.get(`${folder}/o.dat`);
    const held = file === undefined ? null : stateAsServer(file);
    if (held?.how === 'endless') return runsOutOfMemory(`${folder}/o.dat`);
    const state = held?.how === 'read' ? held.state : null;
    if (held?.how !== 'corrupt' || rules.brokenConsumer === 'renewed') started.push({ ...consumer, state });
    else if (rules.brokenConsumer === 'deleted') beforeFallen.push([...started]);
  }
  return { started, beforeFallen };
}

/** An o.dat that counts more than any memory can hold. */
export function runsOutOfMemory(path: string): NotServed {
  const reason = `${path} claims more entries than any memory can hold: the server asks for memory until it is killed`;
  return { outcome: 'crash', reason };
}
