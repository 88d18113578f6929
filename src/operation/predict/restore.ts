import { entryAt, type FileStreamParts } from '../../container/entry.ts';
import { textField, type JsonObject, type JsonValue } from '../../core/json.ts';
import { parseTimeNs } from '../../core/time.ts';
import type { Finding } from '../../findings/finding.ts';
import { isMarked } from '../../findings/marks.ts';
import { streamConfigFaults, withoutFaults } from '../../format/config-schema/check.ts';
import { newerStreamFields } from '../../format/config-schema/since.ts';
import type { ConsumerArchive, StreamArchive } from '../../model/stream-archive.ts';
import { isReadableConfig } from './consumers/accept-config.ts';
import { stateAsServer } from './files/consumer-state.ts';
import { dropUnwanted, floorOf } from './limits/interest.ts';
import { nameGiven, runsOutOfMemory } from './consumers/consumers.ts';
import type { GivenStream } from './rebuild/opening.ts';
import type { RecordQueries } from './records/record-queries.ts';
import { isServed, type NotServed } from './rules/recovered.ts';
import { refusedConsumer } from './consumers/refused-consumer.ts';
import { refusedSettings } from './refused-settings.ts';
import type { ServerRules } from './rules/server-rules.ts';
import { openStream, type ServedStream } from './start.ts';

/** Fields whose values are words, the default first: any other ends the reading of meta.inf. */
const WORDS: Readonly<Record<string, readonly JsonValue[]>> = {
  retention: ['limits', 'interest', 'workqueue'],
  discard: ['old', 'new'],
  storage: ['file', 'memory'],
};

/**
 * What a server of one generation makes of a V1 snapshot (container/README.md), given the configuration in backup.json, else its
 * own. `findings`: what is wrong with the snapshot as a file.
 */
export function restoreStream(
  given: GivenStream,
  parts: FileStreamParts,
  findings: readonly Finding[],
): ServedStream | NotServed {
  const { queries, rules } = given;
  const { archive } = queries;
  const refusal = refusedSnapshot(queries, parts, findings) ?? refusedRequest(queries, rules);
  if (refusal !== null) return refused(refusal);
  const config = requestedConfig(archive);
  const consumers = restoredConsumers(archive.consumers, config, parts, rules);
  // Those before one that is refused have had the server look into blocks.
  const result = openStream({ ...given, config, isStart: false }, consumers.restored);
  if (!isServed(result)) return result.outcome === 'crash' ? result : refused(result.reason);
  if (consumers.end !== null) return consumers.end;
  if (!rules.cleansOnUpdate || config['retention'] !== 'interest') return result;
  let { stream } = result;
  for (const [name, count] of consumers.beforeUpdates) {
    const before = consumers.restored.slice(0, count);
    stream = dropUnwanted(stream, queries, before, floorOf(before.find((one) => one.name === name)));
  }
  return { ...result, stream };
}

function refused(reason: string): NotServed {
  return { outcome: 'refused', reason };
}

function refusedSnapshot(
  { archive }: RecordQueries,
  parts: FileStreamParts,
  findings: readonly Finding[],
): string | null {
  const stopping = findings.find(({ file, code }) => file === parts.label && isMarked(code, 'ends-restore'));
  if (stopping !== undefined) return `the snapshot is damaged (${stopping.code})`;
  if (entryAt(parts, 'meta.inf') === undefined) return 'meta.inf is missing';
  // The archive's configuration is that of backup.json then.
  if (archive.config === null || findings.some(({ code }) => code === 'META_CORRUPT'))
    return 'meta.inf cannot be read';
  const { config, created } = archive;
  if (created !== null && parseTimeNs(created) === null)
    return `meta.inf cannot be read: ${JSON.stringify(created)} is no time`;
  const strange = Object.entries(WORDS).find(
    ([field, words]) => !words.includes(config[field] ?? words[0] ?? ''),
  );
  if (strange !== undefined) return `meta.inf cannot be read: ${strange[0]} is none that a server knows`;
  const asked = textField(archive.manifest?.config ?? {}, 'name');
  const own = textField(archive.config, 'name');
  return asked !== null && asked !== own ? namesDiffer(asked, own ?? '') : null;
}

/** Why a server refuses a snapshot of another stream. */
export function namesDiffer(asked: string, own: string): string {
  return `backup.json says ${asked}, meta.inf ${own}`;
}

/** The `nats` CLI reads backup.json and sends what it knows of it: no field that no version has, and no template. */
export function requestedConfig({ manifest, config }: StreamArchive): JsonObject {
  if (manifest === null) return config ?? {};
  const { template_owner: _, ...known } = withoutFaults(manifest.config, streamConfigFaults);
  return known;
}

function refusedRequest({ archive }: RecordQueries, rules: ServerRules): string | null {
  if (archive.manifest === null) return null;
  const config = requestedConfig(archive);
  const [newer] = rules.strictRequests ? newerStreamFields(config, rules.server) : [];
  if (newer === undefined) return refusedSettings(config);
  return `${newer} is an unknown field`;
}

/** What becomes of the consumers in a backup. */
interface RestoredConsumers {
  /** Why the restore ends with the one behind them; null: all are taken. */
  readonly end: NotServed | null;
  readonly restored: readonly ConsumerArchive[];
  /** For each name that is given again, which updates the one that has it: how many there were by then. */
  readonly beforeUpdates: ReadonlyMap<string, number>;
}

/** All of them, or none: a restore ends at the first that cannot be read. */
function restoredConsumers(
  consumers: readonly ConsumerArchive[],
  stream: JsonObject,
  parts: FileStreamParts,
  rules: ServerRules,
): RestoredConsumers {
  const entries = new Map(parts.entries.map((entry) => [entry.path, entry]));
  const restored: ConsumerArchive[] = [];
  const names = new Set<string>();
  const beforeUpdates = new Map<string, number>();
  const endWith = (end: NotServed): RestoredConsumers => ({ end, restored, beforeUpdates });
  for (const consumer of consumers) {
    const { name: folder, config } = consumer;
    if (!entries.has(`obs/${folder}/meta.inf`) || !entries.has(`obs/${folder}/meta.sum`))
      return endWith(refused(`consumer ${folder} has no meta.inf or no meta.sum`));
    if (config === null || !isReadableConfig(config, rules))
      return endWith(refused(`consumer ${folder} cannot be read`));
    const name = nameGiven(consumer);
    if (name === null) return endWith(refused(`the folder of consumer ${folder} has another name`));
    if (names.has(name)) {
      if (!beforeUpdates.has(name)) beforeUpdates.set(name, restored.length);
      continue;
    }
    const why = refusedConsumer(consumer, stream, restored, rules, false);
    if (why !== null) return endWith(refused(`consumer ${name} is not taken: ${why}`));
    const file = entries.get(`obs/${name}/o.dat`);
    const held = file === undefined ? null : stateAsServer(file);
    if (held?.how === 'endless') return endWith(runsOutOfMemory(`obs/${name}/o.dat`));
    if (held?.how === 'corrupt') return endWith(refused(`obs/${name}/o.dat cannot be read`));
    names.add(name);
    restored.push({ ...consumer, name, state: held?.how === 'read' ? held.state : null });
  }
  return { end: null, restored, beforeUpdates };
}
