/** Takes the files of one stream, whole; bytes are valid during the call only. */
export interface FileSink {
  addFile(path: string, bytes: Uint8Array): void;
  /** Takes a file that was made chunks of a snapshot; absent where files are taken as they are. */
  addPacked?(chunks: Uint8Array): void;
}
