import { basename, dirname } from 'node:path';
import { makeFinding, type Finding } from '../findings/finding.ts';
import { isSnapshotFile } from './backup-folder.ts';
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
  const isNamed = (name: string) => (item: FolderItem) => item.kind === 'folder' && item.name === name;
  if (isStreamFolder(items) && !items.some(isNamed('streams')))
    return {
      kind: 'stream-store',
      streams: [readStreamFolder(path, '', accountAbove(path), basename(path))],
      findings,
    };
  const streamsFolder = items.find(isNamed('streams'));
  if (streamsFolder !== undefined && holdsStreams(readFolder(streamsFolder.path, '', {}, [])))
    return {
      kind: 'account-store',
      streams: readAccount(
        readFolder(path, '', { account: basename(path) }, findings),
        '',
        basename(path),
        findings,
      ),
      findings,
    };
  if (basename(path) === 'streams' && holdsStreams(items))
    return {
      kind: 'account-store',
      streams: readStreams(
        { name: 'streams', path, kind: 'folder', sizeBytes: 0 },
        '',
        basename(dirname(path)),
        findings,
      ),
      findings,
    };
  const jetstream = items.find(isNamed('jetstream'));
  const root = jetstream === undefined ? path : jetstream.path;
  const label = jetstream === undefined ? '' : 'jetstream';
  const accounts = readFolder(root, label, {}, findings);
  const streams: StreamParts[] = [];
  let found = jetstream !== undefined;
  for (const account of accounts) {
    const accountLabel = joinLabel(label, account.name);
    if (account.kind === 'file') {
      if (jetstream !== undefined) findings.push(leftoverOrUnknown(account.name, accountLabel));
      continue;
    }
    const inside = readFolder(account.path, accountLabel, { account: account.name }, findings);
    if (inside.some(isNamed('_js_')))
      findings.push(
        makeFinding(
          { code: 'DIR_RAFT_NOT_CHECKED' },
          { account: account.name, file: joinLabel(accountLabel, '_js_') },
        ),
      );
    if (inside.some(isNamed('streams')))
      streams.push(...readAccount(inside, accountLabel, account.name, findings));
    found ||= inside.some(
      (item) =>
        isNamed('_js_')(item) ||
        (isNamed('streams')(item) && holdsStreams(readFolder(item.path, '', {}, []))),
    );
  }
  return found ? { kind: 'store', streams, findings } : null;
}

/** A folder called `streams` may as well hold backups or snapshot files; an account without streams has nothing of those. */
function holdsStreams(items: readonly FolderItem[]): boolean {
  const folders = items.filter((item) => item.kind === 'folder');
  if (folders.length === 0) return !items.some(isSnapshotFile);
  return folders.some(
    (item) => item.name.startsWith('.') || isStreamFolder(readFolder(item.path, '', {}, [])),
  );
}

function leftoverOrUnknown(name: string, label: string): Finding {
  return makeFinding(
    { code: name.startsWith('_test_') ? 'DIR_LEFTOVER' : 'DIR_UNKNOWN_FILE' },
    { file: label },
  );
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
    if (item.kind === 'file')
      findings.push(
        makeFinding({ code: item.name.startsWith('_test_') ? 'DIR_LEFTOVER' : 'DIR_UNKNOWN_FILE' }, place),
      );
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
