/**
 * Plain data with which any thread can open the same bytes again; see `container/open-source.ts`.
 * `s2` is the decoded content of an S2 framed stream, through its chunk index.
 */
export type SourceDescriptor =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'memory'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'slice';
      readonly of: SourceDescriptor;
      readonly offsetBytes: number;
      readonly lengthBytes: number;
    }
  | { readonly kind: 's2'; readonly of: SourceDescriptor; readonly index: S2IndexColumns };

/** The file in which the bytes lie; null: in memory. */
export function pathOf(source: SourceDescriptor): string | null {
  switch (source.kind) {
    case 'file':
      return source.path;
    case 'memory':
      return null;
    case 'slice':
    case 's2':
      return pathOf(source.of);
  }
}

/**
 * Where S2 chunks begin, sparse: one row for about every 512 KiB of decoded bytes, ascending.
 * Long columns lie in shared memory so that handing them to a worker copies nothing.
 */
export interface S2IndexColumns {
  /** Offset of a chunk header in the encoded stream, bytes. */
  readonly encodedOffsets: Float64Array;
  /** Offset of that chunk's first decoded byte, bytes. */
  readonly decodedOffsets: Float64Array;
  /** Where the readable chunks end in the encoded stream, bytes. */
  readonly encodedEndBytes: number;
  /** How many bytes the stream decodes to, as its chunk headers say. */
  readonly decodedSizeBytes: number;
  /** Of chunks that are neither data nor the identifier. */
  readonly skippedBytes: number;
  /**
   * Only of a salvage: where chunk headers are damaged, and what stands there (`type` null: nothing that decodes). A
   * chunk that is damaged inside is then read as far as it decodes.
   */
  readonly gaps?: readonly {
    readonly encodedAt: number;
    readonly encodedEnd: number;
    readonly decodedAt: number;
    readonly type: number | null;
    readonly decodedBytes: number;
    /** `decodedBytes` are what the damaged chunk claims. */
    readonly isGuess?: true;
  }[];
}

/**
 * Random access to bytes, blocking. Reading is synchronous on purpose: bytes go straight into memory that the caller
 * owns (often that of a WASM kernel), nothing is allocated, and parsers stay plain functions.
 */
export interface ByteSource {
  readonly sizeBytes: number;
  readonly descriptor: SourceDescriptor;
  /**
   * Fills `target` from `offsetBytes` on; returns how many bytes it wrote, fewer than `target.length` only at the end.
   * Throws SourceError where the operating system refuses.
   */
  read(target: Uint8Array, offsetBytes: number): number;
  /**
   * Of a source that decodes: the bytes from `offsetBytes` on that lie together decoded, `mostBytes` at most, none at the end.
   * They hold until anything is read in this thread, and are not to be changed. null: this source can only be read.
   */
  lend?(offsetBytes: number, mostBytes: number): Uint8Array | null;
  close(): void;
}
