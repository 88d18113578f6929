import { hashKey } from '../../codec/highwayhash.ts';
import { hasSequence } from '../../core/sequence-ranges.ts';
import type { RecordColumns } from '../../kernels/index.ts';
import { openBlock } from '../../workers/open-block.ts';
import { scanSource } from '../../workers/scan-block.ts';
import type { RecoveredBlock } from './recovered.ts';

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
  if (recovered.live.length === 0) return;
  const source = recovered.block.entry.open();
  source.close();
  const open = openBlock(source.descriptor);
  const onRecords = (columns: RecordColumns, window: Uint8Array): void => {
    for (let i = 0; i < columns.count; i++) {
      const seq = columns.seqWord[i] ?? 0n;
      if (hasSequence(recovered.live, seq)) visit(recordAt(columns, i, window));
    }
  };
  try {
    scanSource(open.content, { key: hashKey(`${streamName}-${recovered.block.index}`), onRecords });
  } finally {
    open.close();
  }
}

function recordAt(columns: RecordColumns, i: number, window: Uint8Array): LiveRecord {
  const text = (at: number | undefined, length: number | undefined): string =>
    Buffer.from(window.subarray(at ?? 0, (at ?? 0) + (length ?? 0))).toString('latin1');
  return {
    seq: columns.seqWord[i] ?? 0n,
    timeNs: columns.timeNs[i] ?? 0n,
    recordBytes: columns.recordBytes[i] ?? 0,
    subject: text(columns.subjectAt[i], columns.subjectBytes[i]),
    header: text(columns.headerAt[i], columns.headerBytes[i]),
  };
}
