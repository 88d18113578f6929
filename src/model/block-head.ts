import { openCompressedBlock } from '../container/compressed-block.ts';
import type { Entry } from '../container/entry.ts';

/** How a block is kept, by its first bytes. Throws SourceError. */
export function readBlockCompression(entry: Entry): 'none' | 's2' {
  const source = entry.open();
  try {
    return openCompressedBlock(source) === null ? 'none' : 's2';
  } finally {
    source.close();
  }
}
