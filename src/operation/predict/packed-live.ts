import { packRanges } from '../../core/packed-ranges.ts';
import type { IndexBlock } from '../../format/index/types.ts';
import { indexedLive } from '../../model/live-set.ts';
import { oncePer } from './once-per.ts';

/** The sequences that index.db counts as live in one block, at rest. */
export const packedLive = oncePer((block: IndexBlock) => packRanges(indexedLive(block)));
