import { makeFinding, type Fault, type Finding, type Place } from '../findings/finding.ts';
import { fileEntry } from './entries.ts';
import type { ConfigOnlyParts, Entry, StreamParts } from './entry.ts';
import { joinLabel, readFolder, type FolderItem } from './folder.ts';
import { snapshotsAmong, readForm } from './snapshot-file.ts';
import { openSnapshot, type SnapshotOptions } from './snapshot.ts';

/** What the `nats` command puts beside a snapshot. */
export const MANIFEST_NAME = 'backup.json';
const DATA_NAME = 'stream.tar.s2';
const DATA_NAMES = [DATA_NAME, 'stream.arc.s2'];

/** Streams of a folder, and what has to be closed when they are done with. */
export interface BackupContent {
  readonly streams: readonly StreamParts[];
  readonly findings: readonly Finding[];
  readonly closers: readonly (() => void)[];
}

/** Whether a folder is a stream backup: either of its two files is there. */
export function isStreamBackup(items: readonly FolderItem[]): boolean {
  return items.some(
    (item) => item.kind === 'file' && (item.name === MANIFEST_NAME || DATA_NAMES.includes(item.name)),
  );
}

/** In a folder of the old `nats backup`: a stream's configuration. */
export const STREAM_CONFIG_FILE = /^stream_(?!template_)(.+)\.json$/;

/** Whether a folder is one of the old `nats backup` (README.md). */
export function isConfigBackup(items: readonly FolderItem[]): boolean {
  return items.some((item) => item.kind === 'file' && STREAM_CONFIG_FILE.test(item.name));
}

/** Opens what `nats stream backup` wrote. `label` is the folder's path as findings name it, empty for the one given. */
export async function openStreamBackup(
  items: readonly FolderItem[],
  label: string,
  folderName: string | null,
  options: SnapshotOptions = {},
): Promise<BackupContent> {
  const place: Place = folderName === null ? {} : { stream: folderName };
  const manifestFile = items.find((item) => item.kind === 'file' && item.name === MANIFEST_NAME);
  const { dataFile, others } = findData(items);
  const manifest = manifestFile === undefined ? null : manifestEntry(manifestFile, label);
  const findings = items
    .filter((item) => item !== manifestFile && item !== dataFile)
    .map((item) =>
      makeFinding({ code: 'MAN_UNKNOWN_FILE' }, { ...place, file: joinLabel(label, item.name) }),
    );
  const base = { account: null, folderName, label: label === '' ? '.' : label, manifest };
  const sizeBytes = (manifestFile?.sizeBytes ?? 0) + (dataFile?.sizeBytes ?? 0);
  const withoutData = (finding: Finding): BackupContent => {
    const parts: ConfigOnlyParts = {
      form: 'config',
      ...base,
      sizeBytes,
      configEntry: null,
      consumerEntries: [],
      findings: [finding],
    };
    return { streams: [parts], findings, closers: [] };
  };
  if (dataFile === undefined)
    return withoutData(makeFinding(dataMissing(others), { ...place, file: base.label }));
  const dataLabel = joinLabel(label, dataFile.name);
  const read = readForm(dataFile.path);
  const form = read === null && options.salvage === true ? 's2' : read;
  if (form === 'empty' || form === null || form === 'unreadable') {
    const code = codeWithoutData(form, manifestFile);
    return withoutData(
      makeFinding({ code }, { ...place, file: code === 'MAN_MEMORY_STREAM' ? base.label : dataLabel }),
    );
  }
  const opened = await openSnapshot(
    dataFile.path,
    form,
    { account: null, folderName, label: dataLabel, manifest },
    options,
  );
  const { parts } = opened;
  // What is no snapshot was looked through for chunks all the same.
  if (read === null && holdsNothing(parts)) {
    opened.close();
    return withoutData(makeFinding({ code: 'SNAP_UNRECOGNIZED' }, { ...place, file: dataLabel }));
  }
  const missing =
    manifest === null ? [makeFinding({ code: 'MAN_MISSING' }, { ...place, file: base.label })] : [];
  const wrapping = wrappingFaults(dataFile.name, form).map((fault) =>
    makeFinding(fault, { ...place, file: dataLabel }),
  );
  const stream = { ...parts, sizeBytes, findings: [...missing, ...wrapping, ...parts.findings] };
  return { streams: [stream], findings, closers: [opened.close] };
}

/** The data of a backup: where no file is called so, the only one that is a snapshot; of several none is chosen. */
function findData(items: readonly FolderItem[]): {
  readonly dataFile: FolderItem | undefined;
  readonly others: readonly FolderItem[];
} {
  const named = items.find((item) => item.kind === 'file' && DATA_NAMES.includes(item.name));
  const others = named === undefined ? snapshotsAmong(items) : [];
  return { dataFile: named ?? (others.length === 1 ? others[0] : undefined), others };
}

/** `others`: the files that could be it. */
function dataMissing(others: readonly FolderItem[]): Fault {
  const names = others.map(({ name }) => name);
  return {
    code: 'MAN_DATA_MISSING',
    ...(names.length === 0 ? {} : { data: { could_be: names.join(', ') } }),
  };
}

/** Why a restore fails for the name or the packing of a file in which nothing is wrong. */
function wrappingFaults(name: string, form: 's2' | 'gzip' | 'tar'): Fault[] {
  const faults: Fault[] = [];
  if (!DATA_NAMES.includes(name)) faults.push({ code: 'MAN_DATA_RENAMED', data: { wanted: DATA_NAME } });
  if (form !== 's2') faults.push({ code: 'SNAP_NOT_S2', data: { packed: form } });
  return faults;
}

/** An account backup leaves both files of a memory stream empty. */
function codeWithoutData(
  form: 'empty' | 'unreadable' | null,
  manifestFile: FolderItem | undefined,
): 'MAN_MEMORY_STREAM' | 'SRC_EMPTY' | 'SRC_UNREADABLE' | 'SNAP_UNRECOGNIZED' {
  if (form === null) return 'SNAP_UNRECOGNIZED';
  if (form === 'unreadable') return 'SRC_UNREADABLE';
  return manifestFile?.sizeBytes === 0 ? 'MAN_MEMORY_STREAM' : 'SRC_EMPTY';
}

function manifestEntry({ path, sizeBytes }: FolderItem, label: string): Entry {
  return fileEntry(MANIFEST_NAME, joinLabel(label, MANIFEST_NAME), path, sizeBytes);
}

/** Whether no chunk of what was taken for an S2 stream decodes. */
export function holdsNothing(parts: StreamParts): boolean {
  return parts.form === 'v2' && parts.body.sizeBytes === 0;
}

/**
 * Opens what `nats account backup` wrote: a stream backup in each folder; or a folder of those for each account. null where it is
 * neither.
 */
export async function openAccountBackup(
  items: readonly FolderItem[],
  options: SnapshotOptions = {},
): Promise<BackupContent | null> {
  const own = await openFolderOfBackups(items, null, options);
  if (own !== null) return own;
  const all: BackupContent[] = [];
  const others: Finding[] = [];
  for (const item of items) {
    const inside = item.kind === 'folder' ? readFolder(item.path, item.name, {}, []) : [];
    const content = await openFolderOfBackups(inside, item.name, options);
    if (content !== null) all.push(content);
    else others.push(makeFinding({ code: 'MAN_UNKNOWN_FILE' }, { file: item.name }));
  }
  if (all.length === 0) return null;
  return {
    streams: all.flatMap(({ streams }) => streams),
    findings: [...others, ...all.flatMap(({ findings }) => findings)],
    closers: all.flatMap(({ closers }) => closers),
  };
}

/** A configuration backup of 2021 has the same two files, overwritten by each stream (README.md). */
function isBackupOfOne(items: readonly FolderItem[]): boolean {
  return isStreamBackup(items) && !isConfigBackup(items);
}

/** `account`: the name of the folder, where it is one account's of several. */
async function openFolderOfBackups(
  items: readonly FolderItem[],
  account: string | null,
  options: SnapshotOptions,
): Promise<BackupContent | null> {
  const findings: Finding[] = [];
  const labelOf = (name: string): string => joinLabel(account ?? '', name);
  const folders = items
    .filter((item) => item.kind === 'folder')
    .map((item) => ({ item, inside: readFolder(item.path, labelOf(item.name), {}, findings) }));
  if (!folders.some(({ inside }) => isBackupOfOne(inside))) return null;
  const streams: StreamParts[] = [];
  const closers: (() => void)[] = [];
  for (const { item, inside } of folders) {
    if (!isBackupOfOne(inside)) {
      findings.push(makeFinding({ code: 'MAN_UNKNOWN_FILE' }, { file: labelOf(item.name) }));
      continue;
    }
    const content = await openStreamBackup(inside, labelOf(item.name), item.name, options);
    streams.push(...content.streams.map((parts) => ({ ...parts, account })));
    findings.push(
      ...content.findings.map((finding) => (account === null ? finding : { ...finding, account })),
    );
    closers.push(...content.closers);
  }
  for (const item of items)
    if (item.kind === 'file')
      findings.push(makeFinding({ code: 'MAN_UNKNOWN_FILE' }, { file: labelOf(item.name) }));
  return { streams, findings, closers };
}
