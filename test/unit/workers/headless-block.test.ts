import { expect, it } from 'vitest';
import { MemorySource } from '../../../src/source/memory.ts';
import { openIfHeadless } from '../../../src/workers/headless-block.ts';

class CountingSource extends MemorySource {
  reads = 0;

  override read(target: Uint8Array, offsetBytes: number): number {
    this.reads++;
    return super.read(target, offsetBytes);
  }
}

const SIZE_BYTES = 4 * 1024 * 1024;

it.each([
  ['zeros', [0], 100],
  ['lengths that lead to other lengths', [0, 5, 0, 0], 100],
  ['heads that have to be tried out', [0, 16, 0, 0, 1, 2, 3, 4, 32], SIZE_BYTES / 32],
])('a search for chunks in %s reads little', (_, pattern, most) => {
  const bytes = Uint8Array.from({ length: SIZE_BYTES }, (_value, i) => pattern[i % pattern.length] ?? 0);
  const source = new CountingSource(bytes);
  expect(openIfHeadless(source)).toBeNull();
  expect(source.reads).toBeLessThan(most);
});
