import { hashKey } from '../../../codec/highwayhash.ts';
import { unpackRanges } from '../../../core/packed-ranges.ts';
import { RisingLookup } from '../../../core/sequence-ranges.ts';
import type { RecordColumns } from '../../../kernels/index.ts';
import { descriptorOf } from '../../../model/read-entry.ts';
import { openBlock } from '../../../workers/open-block.ts';
import { scanSource } from '../../../workers/scan-block.ts';
import type { RecoveredBlock } from '../rules/recovered.ts';

/** One live message; valid during the visit only. Texts are made when they are asked for. */
export interface LiveRecord {
  readonly seq: bigint;
  readonly timeNs: bigint;
  readonly recordBytes: number;
  /** Bytes as latin1 text. */
  readonly subject: string;
  /** The header block as latin1 text; empty where there is none. */
  readonly header: string;
}

/** Reads the live messages of one block in order. Throws SourceError. */
export function eachLiveRecord(
  streamName: string,
  recovered: RecoveredBlock,
  visit: (record: LiveRecord) => void,
): void {
  if (recovered.live.count === 0n) return;
  const open = openBlock(descriptorOf(recovered.block.entry));
  const live = new RisingLookup(unpackRanges(recovered.live));
  const onRecords = (columns: RecordColumns, window: Uint8Array): void => {
    const record = new RecordView(columns, window);
    for (let i = 0; i < columns.count; i++) {
      record.place = i;
      if (live.has(columns.seqWord[i] ?? 0n)) visit(record);
    }
  };
  try {
    scanSource(open.content, { key: hashKey(`${streamName}-${recovered.block.index}`), onRecords });
  } finally {
    open.close();
  }
}

class RecordView implements LiveRecord {
  place = 0;
  readonly #columns: RecordColumns;
  readonly #bytes: Buffer;

  constructor(columns: RecordColumns, window: Uint8Array) {
    this.#columns = columns;
    this.#bytes = Buffer.from(window.buffer, window.byteOffset, window.length);
  }

  get seq(): bigint {
    return this.#columns.seqWord[this.place] ?? 0n;
  }

  get timeNs(): bigint {
    return this.#columns.timeNs[this.place] ?? 0n;
  }

  get recordBytes(): number {
    return this.#columns.recordBytes[this.place] ?? 0;
  }

  get subject(): string {
    return this.#text(this.#columns.subjectAt, this.#columns.subjectBytes);
  }

  get header(): string {
    return this.#text(this.#columns.headerAt, this.#columns.headerBytes);
  }

  #text(at: Uint32Array, lengths: Uint32Array): string {
    const from = at[this.place] ?? 0;
    return this.#bytes.toString('latin1', from, from + (lengths[this.place] ?? 0));
  }
}
