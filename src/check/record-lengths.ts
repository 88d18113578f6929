import { leastBytesAt, RECORD_HEAD_BYTES, recordBytesAt } from '../format/block/record.ts';
import type { ScanFault } from '../kernels/scan-fault.ts';
import { descriptorOf } from '../model/read-entry.ts';
import type { BlockFile } from '../model/stream-archive.ts';
import { openBlock, type OpenBlock } from '../workers/open-block.ts';

/** A damaged stretch of more records is not followed. */
const MOST_RECORDS = 4096;

/** The lengths of a block's records, whatever their sums: the block is opened at the first question, and stays open. */
export class RecordLengths {
  readonly #block: BlockFile;
  readonly #head = Buffer.alloc(RECORD_HEAD_BYTES);
  #open: OpenBlock | null = null;

  constructor(block: BlockFile) {
    this.#block = block;
  }

  /**
   * Whether a server that goes by them gets from damage to the good record behind it, as it does where a current index spares
   * it the checksums. Throws SourceError.
   */
  leadOver({
    kind,
    offsetBytes,
    lengthBytes,
  }: Pick<ScanFault, 'kind' | 'offsetBytes' | 'lengthBytes'>): boolean {
    if (kind === 'length') return false;
    this.#open ??= openBlock(descriptorOf(this.#block.entry), true);
    const { content } = this.#open;
    const head = this.#head;
    const endBytes = offsetBytes + lengthBytes;
    let at = offsetBytes;
    for (let records = 0; at < endBytes && records < MOST_RECORDS; records++) {
      if (content.read(head, at) < head.length) return false;
      const recordBytes = recordBytesAt(head, 0);
      if (recordBytes < leastBytesAt(head, 0)) return false;
      at += recordBytes;
    }
    return at === endBytes;
  }

  close(): void {
    this.#open?.close();
    this.#open = null;
  }
}
