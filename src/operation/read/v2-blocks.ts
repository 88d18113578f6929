import { packRanges, type PackedRanges } from '../../core/packed-ranges.ts';
import { RangeBuilder } from '../../core/range-builder.ts';
import { eachRange } from '../../core/sequence-ranges.ts';
import type { Entry } from '../../container/entry.ts';
import { descriptorOf } from '../../model/read-entry.ts';
import type { SourceDescriptor } from '../../source/byte-source.ts';
import type { V2Stretch } from './v2-messages.ts';
import { BLOCK_BYTES, MOST_DELETED_IN_BLOCK } from '../../writer/block-writer.ts';

/** Messages of a V2 archive, one behind the other, that make one block. */
export interface V2Block {
  readonly source: SourceDescriptor;
  /** Bytes that their records take. */
  readonly rawBytes: number;
  readonly seqs: PackedRanges;
}

/** Gathers the messages of a V2 archive, as they are read, into blocks. */
export class V2Blocks {
  readonly #body: SourceDescriptor;
  readonly #blocks: V2Block[] = [];
  readonly #seqs = new RangeBuilder();
  #fromBytes = 0;
  #endBytes = 0;
  #rawBytes = 0;
  #lastSeq = 0n;

  constructor(body: Entry) {
    this.#body = descriptorOf(body);
  }

  add({ offsetBytes, lengthBytes, recordBytes, seqs }: V2Stretch): void {
    const isFull = this.#rawBytes + recordBytes > BLOCK_BYTES;
    const isFar = (seqs[0] ?? 0n) - this.#lastSeq > MOST_DELETED_IN_BLOCK;
    if (isFull || isFar || offsetBytes !== this.#endBytes) this.#end();
    if (this.#rawBytes === 0) this.#fromBytes = offsetBytes;
    for (const [from, to] of eachRange(seqs)) this.#seqs.add(from, to);
    this.#endBytes = offsetBytes + lengthBytes;
    this.#rawBytes += recordBytes;
    this.#lastSeq = seqs.at(-1) ?? 0n;
  }

  take(): readonly V2Block[] {
    this.#end();
    return this.#blocks;
  }

  #end(): void {
    if (this.#rawBytes === 0) return;
    this.#blocks.push({
      source: {
        kind: 'slice',
        of: this.#body,
        offsetBytes: this.#fromBytes,
        lengthBytes: this.#endBytes - this.#fromBytes,
      },
      rawBytes: this.#rawBytes,
      seqs: packRanges(this.#seqs.view()),
    });
    this.#seqs.clear();
    this.#rawBytes = 0;
  }
}
