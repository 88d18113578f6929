import type { LineOptions } from '../../kernels/index.ts';
import type { SourceDescriptor } from '../../source/byte-source.ts';

/** Write the messages of a piece of a block as `cat` prints them. */
export interface RenderJob {
  readonly kind: 'render';
  readonly source: SourceDescriptor;
  readonly key: Uint8Array;
  /** Decoded offsets: where a record begins, and where the last one ends. */
  readonly fromBytes: number;
  readonly toBytes: number;
  readonly lines: LineOptions;
  /** Shared memory with room for `mostLineBytes`. */
  readonly target: Uint8Array;
}

export interface RenderResult {
  readonly kind: 'render';
  /** Of what was written; null where it was too much to be written at once. */
  readonly lengthBytes: number | null;
  readonly messages: number;
}
