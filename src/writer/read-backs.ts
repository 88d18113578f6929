import { openSource } from '../container/open-source.ts';
import { ChunkFinder } from '../container/s2-chunk-finder.ts';
import type { SourceDescriptor } from '../source/byte-source.ts';
import type { ScanResult } from '../workers/jobs/scan.ts';

/** Where in a snapshot a block lies: the offset of its content once decoded, and of the chunk its entry begins with. */
interface PlaceInside {
  readonly contentAt: number;
  readonly encodedAt: number;
}

interface ReadBack {
  readonly scan: ScanResult;
  readonly inside: PlaceInside | null;
}

/** Blocks that were read again behind their writing, by where they lie, and what was found. */
export class ReadBacks {
  readonly #found = new Map<string, ReadBack>();

  add(path: string, scan: ScanResult, inside: PlaceInside | null): void {
    this.#found.set(keyOf(path, inside?.contentAt), { scan, inside });
  }

  /** What was found in a block; undefined where it was not read again, or there it lies elsewhere. */
  find(block: SourceDescriptor): ScanResult | undefined {
    if (block.kind === 'file') return this.#found.get(keyOf(block.path, undefined))?.scan;
    if (block.kind !== 'slice' || block.of.kind !== 's2' || block.of.of.kind !== 'file') return undefined;
    const { of, index } = block.of;
    const found = this.#found.get(keyOf(of.path, block.offsetBytes));
    const inside = found?.inside ?? null;
    if (found === undefined || inside === null) return undefined;
    const file = openSource(of);
    try {
      const chunk = new ChunkFinder(file, index).find(block.offsetBytes, undefined);
      return chunk?.encodedAt === inside.encodedAt ? found.scan : undefined;
    } finally {
      file.close();
    }
  }

  /** Forgets what lies at a path and below. */
  drop(path: string): void {
    for (const key of this.#found.keys()) if (key.startsWith(path)) this.#found.delete(key);
  }
}

function keyOf(path: string, contentAt: number | undefined): string {
  return contentAt === undefined ? path : `${path}@${contentAt}`;
}
