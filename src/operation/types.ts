import type { ArchiveKind } from '../container/entry.ts';
import type { JsonObject } from '../core/json.ts';
import type { ServerGeneration } from '../core/server-generation.ts';
import type { Finding } from '../findings/finding.ts';
import type { Status } from '../findings/status.ts';
import type { DeleteNote } from './delete-note.ts';

/** `StreamState` of the NATS API. `null` = the files cannot tell (or `--deep` was not asked for), never a guess. */
export interface StreamState {
  readonly messages: number | bigint;
  readonly bytes: number | bigint | null;
  readonly first_seq: bigint;
  /** RFC 3339 with nanoseconds. */
  readonly first_ts: string | null;
  readonly last_seq: bigint;
  readonly last_ts: string | null;
  readonly num_subjects?: number | null;
  readonly num_deleted?: number | bigint | null;
  /** Every deleted sequence within first..last; present with `gaps`. */
  readonly deleted?: Iterable<bigint> | null;
  readonly lost?: Lost | null;
  readonly consumer_count: number;
}

/** Messages that are gone: pairs from, to of their sequences, and their bytes where these are known. */
export interface Lost {
  readonly msgs: readonly (readonly [bigint, bigint])[];
  readonly bytes: number;
}

/** A position: in the numbers of the consumer, and of the stream. */
export interface SequencePair {
  readonly consumer_seq: bigint;
  readonly stream_seq: bigint;
}

/** A consumer with its position, named as in `ConsumerInfo` of the NATS API; null where the archive cannot tell. */
export interface ConsumerReport {
  readonly name: string;
  readonly created: string | null;
  readonly config: JsonObject | null;
  readonly delivered: SequencePair | null;
  readonly ack_floor: SequencePair | null;
  readonly num_ack_pending: number | null;
  readonly num_redelivered: number | null;
  readonly num_pending: number | bigint | null;
}

/** A message block; what only its records tell is null unless they were read. */
export interface BlockReport {
  readonly index: number;
  /** Bytes of the file (decoded entry of a snapshot). */
  readonly bytes: number;
  readonly compression: 'none' | 's2' | null;
  readonly messages: number | null;
  readonly first_seq: bigint | null;
  readonly last_seq: bigint | null;
  readonly num_deleted: number | null;
  readonly tombstones: number | null;
}

/** A state that a file of the archive claims. */
export interface DeclaredState {
  readonly by: 'backup.json' | 'state.json' | 'index.db';
  readonly state: StreamState;
}

/** Live messages of one subject; bytes as in a stream state. */
export interface SubjectReport {
  readonly subject: string;
  readonly messages: number;
  readonly bytes: number | null;
}

/** What an archive holds of one stream. */
export interface StreamReport {
  readonly name: string;
  /** Of its folder, where that is called otherwise. */
  readonly folder?: string;
  readonly created: string | null;
  readonly config: JsonObject | null;
  readonly state: StreamState | null;
  readonly declared: readonly DeclaredState[];
  readonly encrypted: 'chacha' | 'aes' | null;
  /** false: something of it is damaged, cut or missing, as findings tell; null: not all of it was read. */
  readonly whole: boolean | null;
  readonly blocks: readonly BlockReport[];
  readonly consumers: readonly ConsumerReport[];
  readonly subjects?: readonly SubjectReport[];
}

/** The archive as it was given. */
export interface SourceReport {
  readonly path: string;
  readonly kind: ArchiveKind;
  readonly snapshot_format: 'v1' | 'v2' | null;
  readonly bytes: number;
}

/** Who made a report. */
export interface ToolReport {
  readonly name: string;
  readonly version: string;
}

/** `natsarc inspect --json` (schemas/report-inspect.schema.json). */
export interface InspectReport {
  readonly type: 'natsarc.v1.inspect';
  readonly tool: ToolReport;
  readonly source: SourceReport;
  readonly accounts: readonly { readonly name: string | null; readonly streams: readonly StreamReport[] }[];
  readonly findings: readonly Finding[];
}

/** What a server of one generation would make of a stream, at the newest known patch release of that generation. */
export interface Prediction {
  readonly server: ServerGeneration;
  /** `start`: on the files of a store; `restore`: from a backup. */
  readonly how: 'start' | 'restore';
  /** `absent`: not served, after a start; `refused`: the restore fails; `crash`: the server ends. */
  readonly outcome: 'whole' | 'loss' | 'absent' | 'refused' | 'crash';
  readonly messages: bigint;
  readonly first_seq: bigint;
  readonly last_seq: bigint;
  readonly consumers: readonly string[];
  /** So many of the messages were deleted, and come back since the server does not know it. */
  readonly revived_messages: bigint;
  /** Why it is not served whole; null where it is. */
  readonly reason: string | null;
}

/** What of a stream is gone. */
export interface LossFields {
  /**
   * Sequences that are lost or doubtful; where fewer of them were messages than there are, nothing tells which, nor of those
   * messages that only backup.json counts.
   */
  readonly lost: { readonly msgs: readonly (readonly [bigint, bigint])[]; readonly bytes: number };
  /** So many messages are lost, at most. */
  readonly lost_messages: bigint;
  /** So many of them are intact, and `repair` keeps them. */
  readonly repairable_messages: bigint;
  /** So many of them may have been deleted instead. */
  readonly doubtful_messages: bigint;
}

/** What one stream was said to hold, what it holds, and what is gone. */
export interface VerifyStreamReport extends LossFields {
  readonly account: string | null;
  readonly name: string;
  /** Of its folder, where that is called otherwise. */
  readonly folder?: string;
  /** By the findings about it alone. */
  readonly status: Status;
  /** The state that its backup.json, state.json or index.db declares, in this order of precedence. */
  readonly declared: StreamState | null;
  readonly actual: StreamState | null;
  readonly predictions: readonly Prediction[];
}

/** `natsarc verify --json` (schemas/report-verify.schema.json). */
export interface VerifyReport {
  readonly type: 'natsarc.v1.verify';
  readonly tool: ToolReport;
  readonly source: SourceReport | null;
  readonly status: Status;
  readonly checked: {
    readonly streams: number;
    readonly blocks: number;
    readonly messages: number;
    readonly consumers: number;
    readonly bytes: number;
  };
  readonly streams: readonly VerifyStreamReport[];
  readonly findings: readonly Finding[];
  /** Of deleted messages, as the commands that give messages out or copy them tell it. */
  readonly notes: readonly DeleteNote[];
}

/** Which streams, how many threads, who listens: shared by every operation. */
export interface SelectOptions {
  /** Account name pattern, `*` allowed. */
  readonly account?: string;
  /** Stream name patterns, `*` allowed; none = all. For a single block: its stream's name. */
  readonly streams?: readonly string[];
  /** Number of a single block where its file name does not tell. */
  readonly blockNumber?: number;
  /** Threads; default: as many as the machine offers. Results never depend on it. */
  readonly jobs?: number;
  /** The clock that predictions go by: limits and TTLs are applied at this time. Default: now. */
  readonly atNs?: bigint;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** How far an operation is, in bytes of the files it reads. */
export interface Progress {
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** What is being read now. */
  readonly label: string;
}

/** Is told how many bytes of the archive were read, and of which file. */
export type OnBytes = (bytes: number, label: string) => void;
