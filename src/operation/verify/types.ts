import type { OpenContainer } from '../../container/entry.ts';
import type { Finding } from '../../findings/finding.ts';
import type { DeleteNote } from '../delete-note.ts';
import type { Archive } from '../open/open-archive.ts';
import type { VerifyStreamReport } from '../types.ts';

/** What the verification of one stream needs to know of the archive. */
export interface VerifyWork extends Pick<
  Archive,
  'pool' | 'ownsPool' | 'onBytes' | 'signal' | 'atNs' | 'isStandalone' | 'readBacks'
> {
  readonly container: Pick<OpenContainer, 'kind' | 'path' | 'streams'>;
}

/** What one stream adds to a `VerifyReport`. */
export interface VerifiedStream {
  readonly report: Omit<VerifyStreamReport, 'status'>;
  readonly findings: readonly Finding[];
  readonly notes: readonly DeleteNote[];
  readonly blocks: number;
  readonly messages: number;
  readonly consumers: number;
  /** Of its files. */
  readonly bytes: number;
}
