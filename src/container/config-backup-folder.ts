import { makeFinding, type Finding } from '../findings/finding.ts';
import { MANIFEST_NAME, STREAM_CONFIG_FILE, type BackupContent } from './backup-folder.ts';
import { fileEntry } from './entries.ts';
import type { Entry, StreamParts } from './entry.ts';
import type { FolderItem } from './folder.ts';
import { readForm } from './snapshot-file.ts';
import { openSnapshot, type SnapshotOptions } from './snapshot.ts';

const TEMPLATE_FILE = /^stream_template_.+\.json$/;
const CONSUMER_FILE = /^stream_(.+)_consumer_(.+)\.json$/;
const DATA_FILE = /^stream_.+\.tgz$/;

/**
 * Opens a `nats backup` folder: a configuration file a stream and a consumer, and, with data, an archive a stream.
 * Releases of 2021 wrote every stream's data to one `backup.json` and `stream.tar.s2`: only the last is left.
 */
export async function openConfigBackup(
  items: readonly FolderItem[],
  options: SnapshotOptions = {},
): Promise<BackupContent> {
  const files = new Map(items.filter((item) => item.kind === 'file').map((item) => [item.name, item]));
  const names = streamNames([...files.keys()]);
  const findings: Finding[] = [];
  const streams: StreamParts[] = [];
  const closers: (() => void)[] = [];
  for (const name of names) {
    const own = await openOne(name, names, files, options);
    streams.push(own.parts);
    if (own.close !== null) closers.push(own.close);
  }
  const shared = files.get('stream.tar.s2');
  const hasData = closers.length > 0 || shared !== undefined;
  if (shared !== undefined)
    findings.push(
      makeFinding({ code: 'CFGB_DATA_OVERWRITTEN', data: { streams: names.length } }, { file: shared.name }),
    );
  if (!hasData) findings.push(makeFinding({ code: 'CFGB_NO_DATA' }, {}));
  if (shared !== undefined) {
    const survivor = await openShared(shared, files.get(MANIFEST_NAME), options);
    if (survivor !== null) {
      streams.push(survivor.parts);
      closers.push(survivor.close);
    }
  }
  for (const name of files.keys())
    if (!isKnown(name)) findings.push(makeFinding({ code: 'MAN_UNKNOWN_FILE' }, { file: name }));
  return { streams, findings, closers };
}

/** `stream_A_consumer_B.json` is a consumer of A, unless there is no stream file of A. */
function streamNames(files: readonly string[]): string[] {
  const all = files.filter((file) => STREAM_CONFIG_FILE.test(file) && !TEMPLATE_FILE.test(file));
  const plain = all.filter((file) => !CONSUMER_FILE.test(file));
  return plain.map((file) => STREAM_CONFIG_FILE.exec(file)?.[1] ?? '').toSorted();
}

function isKnown(name: string): boolean {
  return (
    STREAM_CONFIG_FILE.test(name) ||
    TEMPLATE_FILE.test(name) ||
    DATA_FILE.test(name) ||
    name === MANIFEST_NAME ||
    name === 'stream.tar.s2'
  );
}

async function openOne(
  name: string,
  names: readonly string[],
  files: ReadonlyMap<string, FolderItem>,
  options: SnapshotOptions,
): Promise<{ parts: StreamParts; close: (() => void) | null }> {
  const config = files.get(`stream_${name}.json`);
  const configEntry = config === undefined ? null : entryOf(config);
  const consumerEntries = [...files.values()]
    .filter((file) => ownerOf(file.name, names) === name)
    .map(entryOf);
  const data = files.get(`stream_${name}.tgz`);
  const form = data === undefined ? null : readForm(data.path);
  if (data !== undefined && form !== null && form !== 'empty' && form !== 'unreadable') {
    const place = { account: null, folderName: name, label: data.name, manifest: null };
    const { parts, close } = await openSnapshot(data.path, form, place, options);
    return { parts: { ...parts, beside: { configEntry, consumerEntries } }, close };
  }
  const entries = [...(configEntry === null ? [] : [configEntry]), ...consumerEntries];
  const sizeBytes = entries.reduce((sum, entry) => sum + entry.sizeBytes, 0);
  const label = config?.name ?? name;
  const findings =
    data === undefined
      ? []
      : [
          makeFinding(
            { code: form === 'empty' ? 'SRC_EMPTY' : 'SNAP_UNRECOGNIZED' },
            { stream: name, file: data.name },
          ),
        ];
  return {
    parts: {
      form: 'config',
      account: null,
      folderName: name,
      label,
      sizeBytes,
      manifest: null,
      configEntry,
      consumerEntries,
      findings,
    },
    close: null,
  };
}

/** The stream a consumer file belongs to: the longest name that fits, since names may hold `_consumer_`. */
function ownerOf(file: string, names: readonly string[]): string | null {
  const fitting = names.filter((name) => file.startsWith(`stream_${name}_consumer_`));
  return fitting.toSorted((a, b) => b.length - a.length)[0] ?? null;
}

function entryOf(file: FolderItem): Entry {
  return fileEntry(file.name, file.name, file.path, file.sizeBytes);
}

async function openShared(
  data: FolderItem,
  manifest: FolderItem | undefined,
  options: SnapshotOptions,
): Promise<{ parts: StreamParts; close: () => void } | null> {
  const form = readForm(data.path);
  if (form === null || form === 'empty' || form === 'unreadable') return null;
  const entry = manifest === undefined ? null : entryOf(manifest);
  return openSnapshot(
    data.path,
    form,
    { account: null, folderName: null, label: data.name, manifest: entry },
    options,
  );
}
