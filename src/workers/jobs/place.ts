/** Where in a snapshot's file the chunks of one of its files lie. */
export interface PackedPlace {
  /** The snapshot, open for writing, and its path. */
  readonly descriptor: number;
  readonly path: string;
  readonly offsetBytes: number;
}

/** Write the chunks of a block where they belong, and read them again. */
export interface PlaceJob {
  readonly kind: 'place';
  /** Shared. */
  readonly chunks: Uint8Array;
  readonly place: PackedPlace;
}

export interface PlaceResult {
  readonly kind: 'place';
  /** The file holds them. */
  readonly isThere: boolean;
}
