import type { Entry, FileStreamParts } from '../container/entry.ts';
import type { Fault } from '../findings/finding.ts';
import { parseConsumerMeta } from '../format/consumer-meta/parse.ts';
import type { ConsumerMeta } from '../format/consumer-meta/types.ts';
import { consumerConfigFaults } from '../format/config-schema/check.ts';
import { inForm } from './config-faults.ts';
import { consumerStateFaults, parseConsumerState } from '../format/consumer-state/parse.ts';
import type { ConsumerState } from '../format/consumer-state/types.ts';
import { metaSumFits } from '../format/stream-meta/parse.ts';
import type { FindingSink } from './finding-sink.ts';
import { readEntry } from './read-entry.ts';
import type { ConsumerArchive } from './stream-archive.ts';

const CONSUMER_FILE = /^obs\/([^/]+)\/(meta\.inf|meta\.sum|o\.dat)$/;

/** Reads every consumer of a stream kept as files, by name. */
export function loadConsumers(
  parts: FileStreamParts,
  sink: FindingSink,
  streamName: string,
): ConsumerArchive[] {
  const folders = new Map<string, Map<string, Entry>>();
  for (const entry of parts.entries) {
    const match = CONSUMER_FILE.exec(entry.path);
    const [folder, file] = [match?.[1], match?.[2]];
    if (folder === undefined || file === undefined) continue;
    const files = folders.get(folder) ?? new Map<string, Entry>();
    folders.set(folder, files.set(file, entry));
  }
  for (const folder of parts.emptyFolders) {
    const name = /^obs\/([^/]+)\/$/.exec(folder)?.[1];
    if (name !== undefined && !folders.has(name)) folders.set(name, new Map());
  }
  return [...folders]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([folder, files]) => loadConsumer(parts, folder, files, sink, streamName));
}

function loadConsumer(
  parts: FileStreamParts,
  folder: string,
  files: ReadonlyMap<string, Entry>,
  sink: FindingSink,
  streamName: string,
): ConsumerArchive {
  const label = [...files.values()][0]?.label.replace(/\/[^/]*$/, '') ?? `${parts.label}/obs/${folder}`;
  const add = (fault: Fault, file: string): void => sink.add(fault, file, folder);
  const meta = loadConsumerMeta(files, folder, label, streamName, (fault, file) =>
    add(inForm(fault, parts.form), file),
  );
  const state = loadConsumerState(files.get('o.dat'), label, add);
  return { name: folder, label, created: meta?.created ?? null, config: meta?.config ?? null, state };
}

function loadConsumerMeta(
  files: ReadonlyMap<string, Entry>,
  folder: string,
  label: string,
  streamName: string,
  add: (fault: Fault, file: string) => void,
): ConsumerMeta | null {
  const file = files.get('meta.inf');
  const sum = files.get('meta.sum');
  if (sum === undefined) add({ code: 'CON_SUM_MISSING' }, label);
  if (file === undefined) {
    add({ code: 'CON_META_MISSING' }, label);
    return null;
  }
  const bytes = readEntry(file) ?? new Uint8Array(0);
  const sumBytes = sum === undefined ? null : (readEntry(sum) ?? new Uint8Array(0));
  if (sumBytes !== null && !metaSumFits(`${streamName}/${folder}`, bytes, sumBytes))
    add({ code: 'CON_SUM_MISMATCH' }, sum?.label ?? label);
  const parsed = parseConsumerMeta(bytes);
  if (!parsed.ok) {
    add(parsed.fault, file.label);
    return null;
  }
  if (parsed.value.name !== folder && parsed.value.name !== '')
    add({ code: 'CON_NAME_MISMATCH', data: { folder, name: parsed.value.name } }, file.label);
  for (const fault of consumerConfigFaults(parsed.value.config)) add(fault, file.label);
  return parsed.value;
}

function loadConsumerState(
  entry: Entry | undefined,
  label: string,
  add: (fault: Fault, file: string) => void,
): ConsumerState | null {
  if (entry === undefined) {
    add({ code: 'CON_STATE_MISSING' }, label);
    return null;
  }
  const bytes = readEntry(entry);
  const parsed = bytes === null ? null : parseConsumerState(bytes);
  if (parsed === null || !parsed.ok) {
    add(parsed?.fault ?? { code: 'CON_STATE_CORRUPT' }, entry.label);
    return null;
  }
  for (const fault of consumerStateFaults(parsed.value)) add(fault, entry.label);
  return parsed.value;
}
