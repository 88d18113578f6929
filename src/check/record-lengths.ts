import { leastBytesAt, RECORD_HEAD_BYTES, recordBytesAt } from '../format/block/record.ts';
import type { ScanFault } from '../kernels/types.ts';
import { descriptorOf } from '../model/read-entry.ts';
import type { BlockFile } from '../model/stream-archive.ts';
import { openBlock } from '../workers/open-block.ts';

/** A damaged stretch of more records is not followed. */
const MOST_RECORDS = 4096;

/**
 * Whether a server that goes by the lengths of records gets from damage to the good record behind it, as it does where a current
 * index spares it the checksums.
 */
export function leadsOverDamage(
  block: BlockFile,
  { kind, offsetBytes, lengthBytes }: Pick<ScanFault, 'kind' | 'offsetBytes' | 'lengthBytes'>,
): boolean {
  if (kind === 'length') return false;
  const open = openBlock(descriptorOf(block.entry), true);
  const endBytes = offsetBytes + lengthBytes;
  const head = Buffer.alloc(RECORD_HEAD_BYTES);
  try {
    let at = offsetBytes;
    for (let records = 0; at < endBytes && records < MOST_RECORDS; records++) {
      if (open.content.read(head, at) < head.length) return false;
      const recordBytes = recordBytesAt(head, 0);
      if (recordBytes < leastBytesAt(head, 0)) return false;
      at += recordBytes;
    }
    return at === endBytes;
  } finally {
    open.close();
  }
}
