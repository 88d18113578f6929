import { closeSync, openSync, readSync } from 'node:fs';
import { makeFinding, type Finding, type Place } from '../findings/finding.ts';
import { fileEntry } from './entries.ts';
import type { ConfigOnlyParts, Entry, StreamParts } from './entry.ts';
import { joinLabel, readFolder, type FolderItem } from './folder.ts';
import { openSnapshot, snapshotForm, type SnapshotForm, type SnapshotOptions } from './snapshot.ts';
import { TAR_BLOCK_BYTES } from './tar/header.ts';

/** What the `nats` command puts beside a snapshot. */
export const MANIFEST_NAME = 'backup.json';
const DATA_NAMES = ['stream.tar.s2', 'stream.arc.s2'];

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
  const dataFile = items.find((item) => item.kind === 'file' && DATA_NAMES.includes(item.name));
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
    return withoutData(makeFinding({ code: 'MAN_DATA_MISSING' }, { ...place, file: base.label }));
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
  const missing =
    manifest === null ? [makeFinding({ code: 'MAN_MISSING' }, { ...place, file: base.label })] : [];
  // What is no snapshot was looked through for chunks all the same.
  if (read === null && holdsNothing(parts)) {
    opened.close();
    return withoutData(makeFinding({ code: 'SNAP_UNRECOGNIZED' }, { ...place, file: dataLabel }));
  }
  const stream = { ...parts, sizeBytes, findings: [...missing, ...parts.findings] };
  return { streams: [stream], findings, closers: [opened.close] };
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

/** How a file is packed, by its first bytes. */
export function readForm(path: string): SnapshotForm | 'unreadable' {
  try {
    return snapshotForm(readHead(path, TAR_BLOCK_BYTES));
  } catch {
    return 'unreadable';
  }
}

/** Whether a file begins as one of the forms of a snapshot. Files of the system that have no size may not be read: some wait. */
export function isSnapshotFile({ path, kind, sizeBytes }: FolderItem): boolean {
  const form = kind === 'file' && sizeBytes > 0 ? readForm(path) : null;
  return form === 's2' || form === 'gzip' || form === 'tar';
}

/** The first bytes of a file, fewer where it is shorter. Throws what the system refuses. */
export function readHead(path: string, lengthBytes: number): Uint8Array {
  const head = new Uint8Array(lengthBytes);
  const fd = openSync(path, 'r');
  try {
    return head.subarray(0, readSync(fd, head, 0, head.length, 0));
  } finally {
    closeSync(fd);
  }
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
