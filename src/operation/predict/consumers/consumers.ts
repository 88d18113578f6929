import type { Entry, FileStreamParts } from '../../../container/entry.ts';
import { textField } from '../../../core/json.ts';
import type { ConsumerArchive, StreamArchive } from '../../../model/stream-archive.ts';
import { isReadableConfig } from './accept-config.ts';
import { consumersAsServer } from './consumers-as-server.ts';
import { CORRUPT, stateAsServer, type StateAsServer } from '../files/consumer-state.ts';
import type { NotServed } from '../rules/recovered.ts';
import { refusedConsumer } from './refused-consumer.ts';
import type { ServerRules } from '../rules/server-rules.ts';

/** What becomes of the consumers at a start. */
export interface StartedConsumers {
  readonly started: readonly ConsumerArchive[];
  /** Where some are deleted since their state cannot be read: those that had come up before the first of them. */
  readonly beforeFallen: readonly ConsumerArchive[] | null;
}

/**
 * Consumers that come up with the stream, under the name and with the state that a server gives them: those with a
 * meta.inf that can be read and a meta.sum, whatever it says, even a folder. Of two with one name the first does.
 */
export function startedConsumers(
  archive: StreamArchive,
  parts: FileStreamParts,
  rules: ServerRules,
): StartedConsumers | NotServed {
  const files = filesOf(parts);
  const started: ConsumerArchive[] = [];
  const names = new Set<string>();
  let beforeFallen: readonly ConsumerArchive[] | null = null;
  const deleted = new Set<string>();
  for (const consumer of consumersAsServer(archive, parts, rules)) {
    if (!files.has(`obs/${consumer.name}/meta.sum`)) continue;
    if (consumer.config === null || !isReadableConfig(consumer.config, rules)) continue;
    const name = nameGiven(consumer);
    if (name === null || names.has(name)) continue;
    if (refusedConsumer(consumer, archive.config ?? {}, started, rules, true) !== null) continue;
    // A broken o.dat goes with the consumer; another folder of its name begins anew.
    const held = deleted.has(name) ? null : stateOf(name, files);
    if (held?.how === 'endless') return runsOutOfMemory(`obs/${name}/o.dat`);
    const state = held?.how === 'read' ? held.state : null;
    if (held?.how !== 'corrupt' || rules.brokenConsumer === 'renewed') {
      started.push({ ...consumer, name, state });
      names.add(name);
    } else if (rules.brokenConsumer === 'deleted') {
      deleted.add(name);
      beforeFallen ??= [...started];
    }
  }
  return { started, beforeFallen };
}

/** Its durable name, wherever its files lie; an ephemeral one of another name than its folder is not taken: null. */
export function nameGiven({ name, config }: ConsumerArchive): string | null {
  const durable = textField(config ?? {}, 'durable_name') ?? '';
  if (durable !== '') return durable;
  const own = textField(config ?? {}, 'name') ?? '';
  return own === '' || own === name ? name : null;
}

/** null where there is no o.dat: the consumer begins anew. */
function stateOf(name: string, files: ReadonlyMap<string, Entry | 'folder'>): StateAsServer | null {
  const file = files.get(`obs/${name}/o.dat`);
  if (file === 'folder') return CORRUPT;
  return file === undefined ? null : stateAsServer(file);
}

function filesOf({ entries, foldersAsFiles }: FileStreamParts): Map<string, Entry | 'folder'> {
  const files = new Map<string, Entry | 'folder'>();
  for (const entry of entries) if (!files.has(entry.path)) files.set(entry.path, entry);
  for (const path of foldersAsFiles) files.set(path, 'folder');
  return files;
}

/** An o.dat that counts more than any memory can hold. */
export function runsOutOfMemory(path: string): NotServed {
  const reason = `${path} claims more entries than any memory can hold: the server asks for memory until it is killed`;
  return { outcome: 'crash', reason };
}
