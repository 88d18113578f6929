import type { SoundChunks } from '../codec/s2/pass-gap.ts';
import { accessSync, constants, lstatSync, realpathSync, statSync, type Stats } from 'node:fs';
import { basename, dirname } from 'node:path';
import { SourceError, UsageError } from '../core/error.ts';
import { systemErrorText } from '../core/system-error.ts';
import { makeFinding, type Finding } from '../findings/finding.ts';
import { spool } from '../source/spool.ts';
import {
  holdsNothing,
  isConfigBackup,
  isStreamBackup,
  openAccountBackup,
  openStreamBackup,
} from './backup-folder.ts';
import { openConfigBackup } from './config-backup-folder.ts';
import { fileEntry } from './entries.ts';
import type { ArchiveKind, FileStreamParts, OpenContainer, StreamParts } from './entry.ts';
import { readFolder } from './folder.ts';
import { readForm } from './snapshot-file.ts';
import { openSnapshot } from './snapshot.ts';
import { readStore } from './store-folder.ts';
import { UnreadableArchive } from './unreadable.ts';

/** What the bytes of an archive may not tell, and how to go about it. */
export interface OpenOptions {
  /** For a single block: the stream it belongs to, where its folder does not tell. */
  readonly streamName?: string;
  /** For a single block: its number, where its name does not tell. */
  readonly blockNumber?: number;
  /** What `-` reads; default: standard input. */
  readonly stdin?: NodeJS.ReadableStream;
  readonly signal?: AbortSignal;
  /** Go past damage of snapshots, and open them whatever is left of their beginning. */
  readonly salvage?: boolean;
  /** Chunks of snapshots that are known not to be damaged. */
  readonly soundChunks?: SoundChunks;
}

/**
 * Opens anything that holds JetStream data; content decides what it is, never the name. Throws SourceError where it
 * cannot be read, UnreadableArchive (with its finding) where it is nothing that is known.
 */
export async function openContainer(path: string, options: OpenOptions = {}): Promise<OpenContainer> {
  if (path === '-') return openStandardInput(options);
  const stat = readableStat(path);
  if (stat.isDirectory()) return openFolder(path, options);
  return openFile(path, path, basename(path), stat.size, options);
}

function readableStat(path: string): Stats {
  try {
    const stat = statSync(path);
    accessSync(path, stat.isDirectory() ? constants.R_OK | constants.X_OK : constants.R_OK);
    return stat;
  } catch (error) {
    throw new SourceError(systemErrorText(error, path));
  }
}

async function openStandardInput(options: OpenOptions): Promise<OpenContainer> {
  const input = await spool(options.stdin ?? process.stdin, options.signal);
  try {
    if (input.error !== null) throw new SourceError(`standard input: ${input.error.message}`);
    const opened = await openFile(input.path, '-', 'stdin', lstatSync(input.path).size, options);
    return {
      ...opened,
      close: () => {
        opened.close();
        input.remove();
      },
    };
  } catch (error) {
    input.remove();
    throw error;
  }
}

async function openFile(
  path: string,
  givenPath: string,
  label: string,
  sizeBytes: number,
  options: OpenOptions,
): Promise<OpenContainer> {
  const read = readForm(path);
  const form = read === null && options.salvage === true && !/^[0-9]+\.blk$/.test(label) ? 's2' : read;
  if (form === 'unreadable') throw new SourceError(`cannot read ${givenPath}`);
  const looksLikeBlock = /^[0-9]+\.blk$/.test(label) || options.blockNumber !== undefined;
  if (form === null || (form === 'empty' && looksLikeBlock)) {
    if (looksLikeBlock) return openBlockFile(path, givenPath, label, sizeBytes, options);
    throw new UnreadableArchive(givenPath, makeFinding({ code: 'SRC_UNRECOGNIZED' }, { file: label }));
  }
  if (form === 'empty')
    throw new UnreadableArchive(givenPath, makeFinding({ code: 'SRC_EMPTY' }, { file: label }));
  const place = { account: null, folderName: null, label, manifest: null };
  const { parts, close } = await openSnapshot(path, form, place, { ...options, givenPath });
  const isTar = parts.form !== 'v2' && parts.form !== 'config' && parts.entries.length === 0;
  const isNothing = read === null && holdsNothing(parts);
  if (isNothing || (isTar && form !== 's2' && parts.findings.length === 0)) {
    close();
    throw new UnreadableArchive(givenPath, makeFinding({ code: 'SRC_UNRECOGNIZED' }, { file: label }));
  }
  return container('snapshot', givenPath, sizeBytes, [parts], [], [close]);
}

function openBlockFile(
  path: string,
  givenPath: string,
  label: string,
  sizeBytes: number,
  options: OpenOptions,
): OpenContainer {
  const number = options.blockNumber ?? Number(/^([0-9]+)\.blk$/.exec(label)?.[1]);
  const folder = dirname(realpathSync.native(path));
  const folderName = options.streamName ?? (basename(folder) === 'msgs' ? basename(dirname(folder)) : '');
  if (!Number.isSafeInteger(number))
    throw new UsageError(`${givenPath} does not tell its block number: give --block`);
  const isMisread = /^0[0-9]+\.blk$/.test(label);
  const parts: StreamParts = {
    form: 'store',
    account: null,
    folderName,
    label,
    folder: null,
    sizeBytes,
    manifest: null,
    entries: [fileEntry(`msgs/${number}.blk`, label, path, sizeBytes)],
    emptyFolders: [],
    strays: [],
    foldersAsFiles: [],
    carrier: null,
    findings: isMisread ? [makeFinding({ code: 'BLK_NAME_INVALID' }, { file: label })] : [],
  };
  return container('block', givenPath, sizeBytes, [parts], [], []);
}

async function openFolder(path: string, options: OpenOptions): Promise<OpenContainer> {
  const findings: Finding[] = [];
  const items = readFolder(path, '', {}, findings);
  if (isConfigBackup(items)) {
    const content = await openConfigBackup(items, options);
    return fromBackup('config-backup', path, { ...content, findings: [...findings, ...content.findings] });
  }
  if (isStreamBackup(items)) {
    const content = await openStreamBackup(items, '', null, options);
    return fromBackup('stream-backup', path, { ...content, findings: [...findings, ...content.findings] });
  }
  const store = readStore(realpathSync.native(path), items);
  if (store !== null)
    return container(store.kind, path, null, store.streams, [...findings, ...store.findings], []);
  const account = await openAccountBackup(items, options);
  if (account !== null)
    return fromBackup('account-backup', path, { ...account, findings: [...findings, ...account.findings] });
  const { archivesWithin } = await import('./archives-within.ts');
  const holds = archivesWithin(items);
  const data = holds.length === 0 ? {} : { data: { holds: holds.join(', ') } };
  throw new UnreadableArchive(path, makeFinding({ code: 'SRC_UNRECOGNIZED', ...data }, { file: path }));
}

function fromBackup(
  kind: ArchiveKind,
  path: string,
  content: {
    streams: readonly StreamParts[];
    findings: readonly Finding[];
    closers: readonly (() => void)[];
  },
): OpenContainer {
  return container(kind, path, null, content.streams, content.findings, content.closers);
}

/** Whether nothing of a snapshot decodes, its first bytes neither: it may be a V2 archive as well. */
function isUndecoded({ carrier }: FileStreamParts): boolean {
  return carrier !== null && carrier.sizeBytes === 0;
}

/** `fileBytes`: the size of a single file; null: that of all streams. */
function container(
  kind: ArchiveKind,
  path: string,
  fileBytes: number | null,
  streams: readonly StreamParts[],
  findings: readonly Finding[],
  closers: readonly (() => void)[],
): OpenContainer {
  const isV1 = (parts: StreamParts): boolean => parts.form === 'v1' && !isUndecoded(parts);
  const hasV1 = streams.some(isV1);
  const hasV2 = streams.some(({ form }) => form === 'v2');
  const snapshotFormat = hasV1 === hasV2 ? null : hasV2 ? 'v2' : 'v1';
  return {
    kind,
    path,
    // Adding up looks into the folder of each stream.
    get sizeBytes() {
      return fileBytes ?? streams.reduce((sum, parts) => sum + parts.sizeBytes, 0);
    },
    snapshotFormat,
    streams,
    findings,
    close: () => closers.forEach((close) => close()),
  };
}
