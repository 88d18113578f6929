/** An object of an object-store bucket, as its metadata describes it. */
export interface ObjectInfo {
  readonly bucket: string;
  readonly name: string;
  /** Names the subject of its chunks; empty for a link. */
  readonly nuid: string;
  readonly sizeBytes: bigint;
  readonly chunks: bigint;
  /** `SHA-256=` and base64url; null where the writer left none. */
  readonly digest: string | null;
  /** What a link points to; `name` null = a whole bucket. */
  readonly link: { readonly bucket: string; readonly name: string | null } | null;
  readonly isDeleted: boolean;
  /** When the metadata was stored, ns since 1970. */
  readonly timeNs: bigint;
}
