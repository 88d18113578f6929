import type { Archive } from '../open-archive.ts';
import type { KnownScans } from './known-scans.ts';

/** What a salvage needs to know of the archive. */
export interface SalvageWork extends Pick<Archive, 'pool' | 'onBytes' | 'signal'> {
  /** Blocks that need not be read again. */
  readonly known?: KnownScans | undefined;
}
