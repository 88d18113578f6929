import type { FilterReport } from '../filter/report.ts';
import type { JsonObject } from '../../core/json.ts';
import type { SequencePair, StreamState, ToolReport } from '../types.ts';

/** A consumer with all that its state file remembers; null where there is none that can be read. */
export interface ExportedConsumer {
  readonly name: string;
  readonly created: string | null;
  readonly config: JsonObject | null;
  readonly delivered: SequencePair | null;
  readonly ack_floor: SequencePair | null;
  /** Delivered and not acknowledged; `time` in whole seconds, the file keeps no more. */
  readonly pending:
    | readonly { readonly stream_seq: bigint; readonly consumer_seq: bigint; readonly time: string }[]
    | null;
  /** Delivered more than once; `count` = deliveries - 1. */
  readonly redelivered: readonly { readonly stream_seq: bigint; readonly count: bigint }[] | null;
}

/** What an export says before the messages: enough to make the stream again. */
export interface ExportHead {
  readonly type: 'natsarc.v1.export';
  readonly tool: ToolReport;
  readonly account: string | null;
  readonly name: string;
  readonly created: string | null;
  readonly config: JsonObject | null;
  /** Of the whole stream, whatever the filters let pass. */
  readonly state: StreamState | null;
  readonly consumers: readonly ExportedConsumer[];
  /** Which messages follow; absent: all. */
  readonly filters?: FilterReport;
  /** With filters: how many messages follow. */
  readonly selected_messages?: number;
}
