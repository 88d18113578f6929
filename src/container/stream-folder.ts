import { makeFinding, type Finding, type Place } from '../findings/finding.ts';
import { fileEntry } from './entries.ts';
import type { Entry, FileStreamParts } from './entry.ts';
import { joinLabel, readFolder, type FolderItem } from './folder.ts';

/** Names a server writes into a stream's folder (format/README.md). */
const STREAM_FILES = /^(meta\.inf|meta\.sum|meta\.key|sources\.db)$/;
const MESSAGE_FILES = /^((0|[1-9][0-9]*)\.(blk|idx|fss|key)|index\.db|thw\.db|sched\.db)$/;
const CONSUMER_FILES = /^(meta\.inf|meta\.sum|meta\.key|o\.dat)$/;
const RAFT_FILES = ['peers.idx', 'tav.idx'];
const LEFTOVER = /(\.tmp|^[0-9]+\.new|^_test_.*)$/;

/** Whether a folder looks like that of a stream: its configuration, or its messages. */
export function isStreamFolder(items: readonly FolderItem[]): boolean {
  const has = (kind: FolderItem['kind'], name: string): boolean =>
    items.some((item) => item.kind === kind && item.name === name);
  // A raft group of a cluster looks alike, but is a log; a consumer has a meta.inf, too.
  if (RAFT_FILES.some((name) => has('file', name)) || has('file', 'o.dat')) return false;
  return has('file', 'meta.inf') || has('folder', 'msgs');
}

/** The folder of one stream. Its names and sizes are read when they are first asked for; nothing is opened. */
export function readStreamFolder(
  path: string,
  label: string,
  account: string | null,
  folderName: string,
): FileStreamParts {
  let known: FolderContent | undefined;
  const content = (): FolderContent => (known ??= contentOf(path, label, account, folderName));
  return {
    form: 'store',
    account,
    folderName,
    folder: path,
    label: label === '' ? '.' : label,
    manifest: null,
    carrier: null,
    get sizeBytes() {
      return content().sizeBytes;
    },
    get entries() {
      return content().entries;
    },
    get emptyFolders() {
      return content().emptyFolders;
    },
    get strays() {
      return content().strays;
    },
    get foldersAsFiles() {
      return content().foldersAsFiles;
    },
    get findings() {
      return content().findings;
    },
  };
}

type FolderContent = Pick<
  FileStreamParts,
  'sizeBytes' | 'entries' | 'emptyFolders' | 'strays' | 'foldersAsFiles' | 'findings'
>;

function contentOf(path: string, label: string, account: string | null, folderName: string): FolderContent {
  const reader = new StreamFolderReader({ ...(account === null ? {} : { account }), stream: folderName });
  reader.read(path, label);
  const { entries, emptyFolders, strays, foldersAsFiles, findings } = reader;
  return {
    sizeBytes: entries.reduce((sum, entry) => sum + entry.sizeBytes, 0),
    entries,
    emptyFolders,
    strays,
    foldersAsFiles,
    findings,
  };
}

class StreamFolderReader {
  readonly entries: Entry[] = [];
  readonly emptyFolders: string[] = [];
  readonly strays: Entry[] = [];
  readonly foldersAsFiles: string[] = [];
  readonly findings: Finding[] = [];
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
  }

  read(path: string, label: string): void {
    const items = readFolder(path, label, this.#place, this.findings);
    const messages = messageFolder(items, (item) => readFolder(item.path, item.name, this.#place, []));
    for (const item of items) {
      const itemLabel = joinLabel(label, item.name);
      if (item.kind === 'file') this.#takeFile(item, item.name, itemLabel, STREAM_FILES);
      else if (item === messages) this.#takeFolder(item, 'msgs', itemLabel, MESSAGE_FILES);
      else if (item.name === 'obs') this.#takeConsumers(item, itemLabel);
      else this.#takeOther(item, itemLabel);
    }
  }

  #takeFile(item: FolderItem, path: string, label: string, known: RegExp): void {
    const place = { ...this.#place, file: label };
    const entry = fileEntry(path, label, item.path, item.sizeBytes);
    (known.test(item.name) ? this.entries : this.strays).push(entry);
    if (known.test(item.name)) return;
    if (LEFTOVER.test(item.name)) this.findings.push(makeFinding({ code: 'DIR_LEFTOVER' }, place));
    else if (/^[0-9]+\.blk$/.test(item.name))
      this.findings.push(makeFinding({ code: 'BLK_NAME_INVALID' }, place));
    else this.findings.push(makeFinding({ code: 'DIR_UNKNOWN_FILE' }, place));
  }

  #takeFolder(folder: FolderItem, path: string, label: string, known: RegExp): void {
    const items = readFolder(folder.path, label, this.#place, this.findings);
    if (items.length === 0) this.emptyFolders.push(`${path}/`);
    for (const item of items) {
      if (item.kind === 'file')
        this.#takeFile(item, `${path}/${item.name}`, joinLabel(label, item.name), known);
      else this.#takeFolderAsFile(`${path}/${item.name}`, joinLabel(label, item.name), known.test(item.name));
    }
  }

  #takeFolderAsFile(path: string, label: string, isKnown: boolean): void {
    if (isKnown) this.foldersAsFiles.push(path);
    this.#tell('DIR_UNKNOWN_FILE', label);
  }

  #takeConsumers(folder: FolderItem, label: string): void {
    for (const item of readFolder(folder.path, label, this.#place, this.findings)) {
      const itemLabel = joinLabel(label, item.name);
      if (item.kind === 'file') this.#takeFile(item, '', itemLabel, /^$/);
      else this.#takeFolder(item, `obs/${item.name}`, itemLabel, CONSUMER_FILES);
    }
  }

  #takeOther(item: FolderItem, label: string): void {
    if (item.name === 'batches') this.#tell('DIR_BATCH_PENDING', label);
    else if (['msgs', '__msgs__', '__new_msgs__'].includes(item.name))
      this.#tell('DIR_PURGE_UNFINISHED', label);
    else this.#tell('DIR_UNKNOWN_FILE', label);
  }

  #tell(code: 'DIR_BATCH_PENDING' | 'DIR_PURGE_UNFINISHED' | 'DIR_UNKNOWN_FILE', label: string): void {
    this.findings.push(makeFinding({ code }, { ...this.#place, file: label }));
  }
}

/** A purge that has made its new folder is completed at the next start: what is in there counts (README.md). */
function messageFolder(
  items: readonly FolderItem[],
  read: (item: FolderItem) => FolderItem[],
): FolderItem | undefined {
  const fresh = items.find((item) => item.kind === 'folder' && item.name === '__new_msgs__');
  if (fresh !== undefined && read(fresh).some((item) => item.name.endsWith('.blk'))) return fresh;
  return items.find((item) => item.kind === 'folder' && item.name === 'msgs');
}
