import type { Finding } from '../findings/finding.ts';
import type { ByteSource } from '../source/byte-source.ts';

/** One named run of bytes in an archive: a file in a folder, or an entry of a tar. */
export interface Entry {
  /** Path inside its stream (or folder), with `/`: `meta.inf`, `msgs/1.blk`, `obs/NEW/o.dat`. */
  readonly path: string;
  /** Path as findings name it: relative to what the user gave, `stream.tar.s2:msgs/1.blk` inside a snapshot. */
  readonly label: string;
  readonly sizeBytes: number;
  /** Where it begins in the decoded snapshot; null for a file of its own. */
  readonly carrierOffsetBytes: number | null;
  /** Opens the bytes; the caller closes. Throws SourceError where the system refuses. */
  open(): ByteSource;
}

/** How the bytes of one stream are packed. */
export type StreamForm = 'store' | 'v1' | 'v2' | 'tgz' | 'tar';

interface StreamPartsBase {
  /** Name of the account as the folders tell it, null where the form has none. */
  readonly account: string | null;
  /** Name the surroundings give the stream: its folder; null where they give none (a bare snapshot file). */
  readonly folderName: string | null;
  /** As findings name the stream's folder or file. */
  readonly label: string;
  /** Bytes on disk. */
  readonly sizeBytes: number;
  /** `backup.json` beside the data, where the form has one. */
  readonly manifest: Entry | null;
  /** Of a `.tgz` of the old `nats backup`: `stream_X.json` and `stream_X_consumer_Y.json`. */
  readonly beside?: { readonly configEntry: Entry | null; readonly consumerEntries: readonly Entry[] };
  /** The stream whose configuration lies beside the data, where the data is that of another one. */
  readonly inPlaceOf?: string;
  /** What the container itself found: framing, tar grammar, unsafe names. Complete after `finish()`. */
  readonly findings: readonly Finding[];
}

/** A stream as files: a store folder, a V1 snapshot, a .tgz, a plain tar. */
export interface FileStreamParts extends StreamPartsBase {
  readonly form: 'store' | 'v1' | 'tgz' | 'tar';
  /** The folder that is the stream: looked into when files, sizes or findings are first asked for. null for any other form. */
  readonly folder: string | null;
  /** Every file, in the container's order. */
  readonly entries: readonly Entry[];
  /** Sub-folders, with a trailing `/`, that hold no file; only for `store`. */
  readonly emptyFolders: readonly string[];
  /** Files that no server writes, or not under that name, as `msgs/1.blk.tmp`; only for `store`. */
  readonly strays: readonly Entry[];
  /** Paths of files where there is a folder instead; only for `store`. */
  readonly foldersAsFiles: readonly string[];
  /** The decoded bytes of the snapshot around the entries; null for `store`. */
  readonly carrier: Entry | null;
}

/** A stream as a V2 archive: state, consumers and messages, no files. */
export interface V2StreamParts extends StreamPartsBase {
  readonly form: 'v2';
  /** The decoded bytes behind the magic. Entries are walked by `container/v2-walk.ts`. */
  readonly body: Entry;
}

/** A backup of which only the configuration is there (old `nats backup` folders, or a folder without data). */
export interface ConfigOnlyParts extends StreamPartsBase {
  readonly form: 'config';
  /** `stream_X.json`. */
  readonly configEntry: Entry | null;
  /** `stream_X_consumer_Y.json`. */
  readonly consumerEntries: readonly Entry[];
}

/** The bytes of one stream, in one of the ways they can be packed. */
export type StreamParts = FileStreamParts | V2StreamParts | ConfigOnlyParts;

/** The file of a stream at a path; undefined where there is none. */
export function entryAt(parts: StreamParts, path: string): Entry | undefined {
  return 'entries' in parts ? parts.entries.find((entry) => entry.path === path) : undefined;
}

/** What a user gave: decided by content, never by a name. */
export type ArchiveKind =
  | 'stream-backup'
  | 'account-backup'
  | 'snapshot'
  | 'config-backup'
  | 'store'
  | 'account-store'
  | 'stream-store'
  | 'block';

/** Whether it is files of a server's store: all of it, an account or a stream. */
export function isStore(kind: ArchiveKind): boolean {
  return kind === 'store' || kind === 'account-store' || kind === 'stream-store';
}

/** What was opened: its kind, decided by content, and the streams in it. */
export interface OpenContainer {
  readonly kind: ArchiveKind;
  /** As the user gave it. */
  readonly path: string;
  readonly sizeBytes: number;
  /** That of all snapshots in it; null where there is none, or some of each. */
  readonly snapshotFormat: 'v1' | 'v2' | null;
  /** In order of account, then stream name; one for each stream found, whatever its state. */
  readonly streams: readonly StreamParts[];
  /** Findings that belong to no stream: leftovers beside streams, raft groups, unreadable folders. */
  readonly findings: readonly Finding[];
  /** Removes what was spooled to temporary files and closes what is open. */
  close(): void;
}
