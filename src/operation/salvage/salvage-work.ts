import type { Archive } from '../open-archive.ts';

/** What a salvage needs to know of the archive. */
export type SalvageWork = Pick<Archive, 'pool' | 'onBytes' | 'signal'>;
