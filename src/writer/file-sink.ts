import type { PackedPlace } from '../workers/jobs/place.ts';
import type { ScanResult } from '../workers/jobs/scan.ts';

/** Takes the files of one stream, whole; bytes are valid during the call only. */
export interface FileSink {
  addFile(path: string, bytes: Uint8Array): void;
  /** Begins a file that others write, and sync; absent where files lie in another one. */
  startFile?(path: string): StartedFile;
  /**
   * Makes way for a file that was made chunks of a snapshot, and that others write; absent where files are taken as they are.
   */
  readonly placePacked?: (path: string, contentBytes: number, packedBytes: number) => PackedFile;
}

/** A file among those of a snapshot that others write. */
export interface PackedFile {
  readonly place: PackedPlace;
  /** Tells what it was found to be where it was read again. */
  end(readBack: ScanResult | null): void;
}

/** A file that others write. */
export interface StartedFile {
  /** Good until `end`. */
  readonly descriptor: number;
  readonly path: string;
  /** Tells how many bytes were written, and what they were found to be where they were read again. */
  end(lengthBytes: number, readBack: ScanResult | null): void;
}
