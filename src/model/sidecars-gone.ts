import { entryAt } from '../container/entry.ts';
import type { StreamArchive } from './stream-archive.ts';

/**
 * Whether all `.idx` files of a stream of a server up to 2.9 are gone, which kept one beside each block and no index.db. Later servers
 * write `compression` into every configuration.
 */
export function areSidecarsGone({ config, parts, blocks, strayIndexes, index }: StreamArchive): boolean {
  if (config === null || 'compression' in config || parts.form === 'v2' || parts.form === 'config')
    return false;
  if (index !== null || entryAt(parts, 'msgs/index.db') !== undefined) return false;
  if (entryAt(parts, 'meta.inf') === undefined) return false;
  return blocks.length > 0 && strayIndexes.length === 0 && blocks.every((block) => block.sidecar === null);
}
