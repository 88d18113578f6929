import type { ArchiveKind } from '../../container/entry.ts';
import type { VerifiedStream } from './types.ts';

/** Streams of a store to be verified in one go, by whichever thread is free: plain data. */
export interface VerifyErrand {
  readonly folders: readonly StreamFolder[];
  /** Of the archive that they are in. */
  readonly kind: ArchiveKind;
  readonly isStandalone: boolean;
  readonly atNs: bigint;
}

/** Where a stream lies, as `readStreamFolder` takes it. */
export interface StreamFolder {
  readonly path: string;
  readonly label: string;
  readonly account: string | null;
  readonly name: string;
}

/** What came of one of them, and which files were read. */
export interface FolderVerdict {
  readonly stream: VerifiedStream;
  readonly read: readonly { readonly bytes: number; readonly label: string }[];
}
