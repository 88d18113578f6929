/** How much a finding matters; see `status.ts` for what they come to. */
export type Severity = 'critical' | 'warning' | 'info';

/** What commands ask of a code beside its prose: what it speaks of, and what follows from it. */
export type Mark =
  /** Of what carries files: compression, tar, the framing of a V2 archive. */
  | 'carrier'
  /** Messages may be missing: a copy counts which. */
  | 'loss'
  /** Nothing proves that any message is missing; what is given out, or written, may lack some all the same. */
  | 'suspect'
  /** Of a folder's name alone: a copy gets the stream's own. */
  | 'folder-name'
  /** Nothing is gone but what proves a file, which is whole: a copy makes that anew. */
  | 'proof'
  /** Of backup.json, where a snapshot is that holds all of it once more. */
  | 'manifest'
  /** No server takes it so, for a name, a packing or a field; nothing is missing for it, and a backup made of it is taken. */
  | 'unserved'
  /** A file ends early; what came behind is gone. */
  | 'cut'
  /** A chunk that `verify` does not read, and in which `repair` may find sound messages. */
  | 'unread-chunk'
  /** Reading ends here for want of what follows; a salvage gets behind it. */
  | 'ends-reading'
  /** No server restores past it. */
  | 'ends-restore'
  /** Of a stream's meta.inf or meta.sum: a server may not take the folder at its start. */
  | 'meta'
  /** The stream's configuration is not vouched for. */
  | 'stream-config'
  /** A consumer's configuration is not vouched for. */
  | 'consumer-config'
  /** A consumer's position is not to be believed. */
  | 'position'
  /** Bytes may have moved in any message, checksums notwithstanding. */
  | 'any-message'
  /** Of one message whose checksum fits. */
  | 'its-message';

/** What the catalogue tells of one code: the only place where its prose stands. */
export interface CatalogEntry {
  readonly severity: Severity;
  /** The archive could not be judged: the status is UNKNOWN unless something critical was found. */
  readonly unknown?: true;
  readonly marks?: readonly Mark[];
  /** One short clause, no full stop: the head of the message and of `explain`. */
  readonly title: string;
  /** What was seen, and what it proves or does not. */
  readonly meaning: string;
  /** What a server does with it on restore or start. */
  readonly consequence: string;
  /** What an operator does next. */
  readonly advice: string;
}
