import type { JsonObject } from '../core/json.ts';
import type { StreamForm, StreamParts } from '../container/entry.ts';
import type { Entry } from '../container/entry.ts';
import type { Finding, Place } from '../findings/finding.ts';
import type { BlockIndex } from '../format/block-index/types.ts';
import type { ConsumerState } from '../format/consumer-state/types.ts';
import type { StreamIndex } from '../format/index/types.ts';
import type { Manifest } from '../format/manifest/types.ts';
import type { SourcePosition } from '../format/sources/parse.ts';
import type { ScheduleFile } from '../format/schedule/types.ts';
import type { TtlWheel } from '../format/ttl-wheel/types.ts';
import type { IndexStanding } from './index-standing.ts';

/** One message block file of a stream. */
export interface BlockFile {
  readonly index: number;
  readonly entry: Entry;
  /** The block's `.idx` of 2.9 and older, where it can be read. */
  readonly sidecar: BlockIndex | null;
  /** Whether `sidecar` was made for the block as it is (its last checksum fits). */
  readonly sidecarCurrent: boolean;
}

/** A `.idx` of 2.9 whose block is not there: it tells what the block held. */
export interface StrayBlockIndex {
  /** Number of the block. */
  readonly index: number;
  /** The `.idx` file. */
  readonly entry: Entry;
  readonly held: BlockIndex;
}

/** One consumer as its files tell it. */
export interface ConsumerArchive {
  readonly name: string;
  /** Path of its folder, as findings name it. */
  readonly label: string;
  readonly created: string | null;
  readonly config: JsonObject | null;
  readonly state: ConsumerState | null;
}

/** A stream: everything about it but its message records, read and parsed, with what was found on the way. */
export interface StreamArchive {
  readonly parts: StreamParts;
  readonly form: StreamForm | 'config';
  readonly account: string | null;
  /** From meta.inf, else backup.json, else the folder; empty where nothing tells. */
  readonly name: string;
  readonly created: string | null;
  readonly config: JsonObject | null;
  readonly manifest: Manifest | null;
  readonly encrypted: 'chacha' | 'aes' | null;
  /** Ascending by number. */
  readonly blocks: readonly BlockFile[];
  /** Ascending by number. */
  readonly strayIndexes: readonly StrayBlockIndex[];
  /** index.db where it is there and its checksum fits, whatever its age. */
  readonly index: StreamIndex | null;
  readonly indexStanding: IndexStanding;
  readonly consumers: readonly ConsumerArchive[];
  readonly ttlWheel: TtlWheel | null;
  readonly schedule: ScheduleFile | null;
  readonly sources: readonly SourcePosition[] | null;
  readonly place: Place;
  readonly findings: readonly Finding[];
}
