import { basename, dirname } from 'node:path';
import { makeFinding, type Finding, type Place } from '../findings/finding.ts';
import { isSnapshotFile } from './snapshot-file.ts';
import type { StreamParts } from './entry.ts';
import { joinLabel, readFolder, type FolderItem } from './folder.ts';
import { isStreamFolder, readStreamFolder } from './stream-folder.ts';

/** The streams in a store, from its root down to one folder, and what lies beside them. */
export interface StoreContent {
  readonly kind: 'store' | 'account-store' | 'stream-store';
  readonly streams: readonly StreamParts[];
  readonly findings: readonly Finding[];
}

/** Reads a store_dir, its `jetstream` folder, an account's folder, `streams`, or one stream's; null for anything else. */
export function readStore(path: string, items: readonly FolderItem[]): StoreContent | null {
  const findings: Finding[] = [];
  if (isStreamFolder(items) && !items.some(isNamed('streams'))) {
    const stream = readStreamFolder(path, '', accountAbove(path), basename(path));
    return { kind: 'stream-store', streams: [stream], findings };
  }
  const ofOne = streamsOfAccount(path, items, findings);
  if (ofOne !== null) return { kind: 'account-store', streams: ofOne, findings };
  const ofAll = streamsOfAccounts(path, items, findings);
  return ofAll === null ? null : { kind: 'store', streams: ofAll, findings };
}

const isNamed =
  (name: string) =>
  (item: FolderItem): boolean =>
    item.kind === 'folder' && item.name === name;

/** What an account's folder holds, or `streams` in it; null for anything else. */
function streamsOfAccount(
  path: string,
  items: readonly FolderItem[],
  findings: Finding[],
): StreamParts[] | null {
  const streams = items.find(isNamed('streams'));
  if (streams !== undefined && holdsStreams(readFolder(streams.path, '', {}, []))) {
    const account = basename(path);
    return readAccount(readFolder(path, '', { account }, findings), '', account, findings);
  }
  if (basename(path) !== 'streams' || !holdsStreams(items)) return null;
  const itself: FolderItem = { name: 'streams', path, kind: 'folder', sizeBytes: 0 };
  return readStreams(itself, '', basename(dirname(path)), findings);
}

/** What the folders of accounts hold; null where nothing tells that they are some. */
function streamsOfAccounts(
  path: string,
  items: readonly FolderItem[],
  findings: Finding[],
): StreamParts[] | null {
  const jetstream = items.find(isNamed('jetstream'));
  const label = jetstream === undefined ? '' : 'jetstream';
  const streams: StreamParts[] = [];
  let isStore = jetstream !== undefined;
  for (const { kind, name: account, path: folder } of readFolder(
    jetstream?.path ?? path,
    label,
    {},
    findings,
  )) {
    const file = joinLabel(label, account);
    if (kind === 'file') {
      if (jetstream !== undefined) findings.push(leftoverOrUnknown(account, { file }));
      continue;
    }
    const inside = readFolder(folder, file, { account }, findings);
    if (inside.some(isNamed('_js_')))
      findings.push(
        makeFinding({ code: 'DIR_RAFT_NOT_CHECKED' }, { account, file: joinLabel(file, '_js_') }),
      );
    if (inside.some(isNamed('streams'))) streams.push(...readAccount(inside, file, account, findings));
    isStore ||= isAccount(inside);
  }
  return isStore ? streams : null;
}

function isAccount(items: readonly FolderItem[]): boolean {
  return items.some(
    (item) =>
      isNamed('_js_')(item) || (isNamed('streams')(item) && holdsStreams(readFolder(item.path, '', {}, []))),
  );
}

/** A folder called `streams` may as well hold backups or snapshot files; an account without streams has nothing of those. */
function holdsStreams(items: readonly FolderItem[]): boolean {
  const folders = items.filter((item) => item.kind === 'folder');
  if (folders.length === 0) return !items.some(isSnapshotFile);
  return folders.some(
    (item) => item.name.startsWith('.') || isStreamFolder(readFolder(item.path, '', {}, [])),
  );
}

function leftoverOrUnknown(name: string, place: Place): Finding {
  return makeFinding({ code: name.startsWith('_test_') ? 'DIR_LEFTOVER' : 'DIR_UNKNOWN_FILE' }, place);
}

/** A stream's folder lies in ACCOUNT/streams/NAME. */
function accountAbove(path: string): string | null {
  return basename(dirname(path)) === 'streams' ? basename(dirname(dirname(path))) : null;
}

function readAccount(
  items: readonly FolderItem[],
  label: string,
  account: string,
  findings: Finding[],
): StreamParts[] {
  const streams: StreamParts[] = [];
  for (const item of items) {
    const itemLabel = joinLabel(label, item.name);
    const place = { account, file: itemLabel };
    if (item.kind === 'file') findings.push(leftoverOrUnknown(item.name, place));
    else if (item.name === '__snapshots__') {
      // A restore that was finished leaves it, empty.
      const staged = readFolder(item.path, itemLabel, { account }, findings);
      if (staged.length > 0) findings.push(makeFinding({ code: 'DIR_SNAPSHOT_STAGING' }, place));
    } else if (item.name === 'streams') streams.push(...readStreams(item, itemLabel, account, findings));
    else if (item.name !== 'templates' && item.name !== '_js_')
      findings.push(makeFinding({ code: 'DIR_UNKNOWN_FILE' }, place));
  }
  return streams;
}

function readStreams(folder: FolderItem, label: string, account: string, findings: Finding[]): StreamParts[] {
  const streams: StreamParts[] = [];
  for (const item of readFolder(folder.path, label, { account }, findings)) {
    const itemLabel = joinLabel(label, item.name);
    const place = { account, file: itemLabel };
    if (item.kind === 'file') findings.push(makeFinding({ code: 'DIR_UNKNOWN_FILE' }, place));
    else if (item.name.startsWith('.')) findings.push(makeFinding({ code: 'DIR_STREAM_DELETED' }, place));
    else streams.push(readStreamFolder(item.path, itemLabel, account, item.name));
  }
  return streams;
}
