import type { BlockOwner } from '../../../check/block-owner.ts';
import type { StreamEvidence } from '../../../check/stream-evidence.ts';
import { descriptorOf } from '../../../model/read-entry.ts';
import type { BlockFile } from '../../../model/stream-archive.ts';
import type { SourceDescriptor } from '../../../source/byte-source.ts';
import type { ScanResult } from '../../../workers/jobs/scan.ts';
import { isSound } from '../../../workers/scan-block.ts';

/** A block, and as whose it is to be read. */
interface OwnedBlock {
  readonly file: BlockFile;
  readonly descriptor: SourceDescriptor;
  readonly owner: BlockOwner;
}

/** What a first reading of a stream found, for a salvage of it: a block in which nothing is wrong reads the same past damage. */
export interface KnownScans {
  /** undefined: the block has to be read. */
  find(block: OwnedBlock): ScanResult | undefined;
}

/** Of the sound blocks. Where one number is told of two files, nothing is known of them. */
export function knownScans({ archive, results }: Pick<StreamEvidence, 'archive' | 'results'>): KnownScans {
  const files = new Map<number, BlockFile | null>();
  for (const file of archive.blocks) files.set(file.index, files.has(file.index) ? null : file);
  return {
    find: ({ file: { index }, descriptor, owner }) => {
      const file = files.get(index) ?? null;
      const result = results.get(index);
      if (file === null || result === undefined || !isSound(result)) return undefined;
      const isOwn = owner.name === archive.name && owner.number === index;
      return isOwn && readsAlike(descriptorOf(file.entry), descriptor) ? result : undefined;
    },
  };
}

/** Whether the same bytes are read, where the second way goes past damage of what carries them. */
function readsAlike(before: SourceDescriptor, now: SourceDescriptor, endBytes = Infinity): boolean {
  if (before.kind === 'file') return now.kind === 'file' && before.path === now.path;
  if (before.kind === 'slice')
    return (
      now.kind === 'slice' &&
      before.offsetBytes === now.offsetBytes &&
      before.lengthBytes === now.lengthBytes &&
      readsAlike(before.of, now.of, before.offsetBytes + before.lengthBytes)
    );
  if (before.kind === 'memory' || now.kind !== 's2') return false;
  const [gap] = now.index.gaps ?? [];
  return (gap === undefined || endBytes <= gap.decodedAt) && readsAlike(before.of, now.of);
}
