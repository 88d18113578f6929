import { openCompressedBlock } from '../container/compressed-block.ts';
import type { Entry } from '../container/entry.ts';

/** How a block is kept, by its first bytes. Throws SourceError. */
export function readBlockCompression(entry: Entry): 'none' | 's2' {
  const head = new Uint8Array(4);
  const source = entry.open();
  try {
    source.read(head, 0);
    if (head[0] !== 0x63 || head[1] !== 0x6d || head[2] !== 0x70 || head[3] !== 1) return 'none';
    return openCompressedBlock(source) === null ? 'none' : 's2';
  } finally {
    source.close();
  }
}
