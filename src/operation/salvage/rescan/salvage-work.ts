import type { Archive } from '../../open/open-archive.ts';
import type { KnownScans } from './known-scans.ts';

/** What a salvage needs to know of the archive. */
export interface SalvageWork extends Pick<Archive, 'pool' | 'onBytes' | 'signal'> {
  /** What has no checksum is looked at one by one, though nothing was found wrong with what is around it. */
  readonly isPastDamage?: boolean | undefined;
  /** Blocks that need not be read again. */
  readonly known?: KnownScans | undefined;
}
