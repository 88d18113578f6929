import { isIndexOf } from '../../../check/index-of-blocks.ts';
import type { FileStreamParts } from '../../../container/entry.ts';
import { ORPHANS } from '../../../container/tar-parts.ts';
import type { StreamIndex } from '../../../format/index/types.ts';
import { nameOf } from '../../../model/base-archive.ts';
import type { BlockFile, StreamArchive } from '../../../model/stream-archive.ts';
import type { ReadBlock } from '../blocks/block-damage.ts';
import { readCopies } from '../blocks/copied-blocks.ts';
import { findIndex } from './index-proofs.ts';
import { salvageBlocks, type SalvagedBlock } from '../blocks/salvage-blocks.ts';
import type { SalvageWork } from '../rescan/salvage-work.ts';

/** The blocks of a stream, by what their records were made for, and the index that tells of them. */
export interface OwnBlocks {
  readonly name: string;
  readonly blocks: readonly ReadBlock[];
  /** Copies beside blocks, where they may hold messages that no block does: of each what only it holds. */
  readonly copies: readonly ReadBlock[];
  /** null where there is none, or it is that of another stream. */
  readonly index: StreamIndex | null;
  readonly foreignIndex: StreamIndex | null;
}

/** Finds them among all there are. `given`: a name from the command line. */
export async function findOwnBlocks(
  archive: StreamArchive,
  parts: FileStreamParts,
  work: SalvageWork,
  given: string,
  contentOf: (block: SalvagedBlock) => ReadBlock['content'],
): Promise<OwnBlocks> {
  const names = candidateNames(archive, parts, given);
  const index = findIndex(archive, names);
  const numbers = index?.blocks.map((block) => block.index) ?? [];
  const found = await salvageBlocks([...archive.blocks, ...orphans(parts)], names, numbers, work);
  const name = nameByRecords(found) ?? names[0] ?? '';
  const own = found.filter(({ file, scan, owner }) =>
    scan.records === 0 ? file.index >= 0 : owner.name === name,
  );
  const blocks = own.map((block) => ({ block, content: contentOf(block) }));
  const isIndexForeign = index !== null && !isIndexOf(index, archive.indexStanding, own);
  return {
    name,
    blocks,
    copies: await readCopies(parts, { name, blocks, numbers }, work, contentOf),
    index: isIndexForeign ? null : index,
    foreignIndex: isIndexForeign ? index : null,
  };
}

/** Content without a header in a tar: a block, maybe; its records tell which. */
function orphans(parts: FileStreamParts): BlockFile[] {
  return parts.entries
    .filter(({ path }) => path.startsWith(ORPHANS))
    .map((entry, i) => ({ index: -1 - i, entry, sidecar: null, sidecarCurrent: false }));
}

/** The first is the most likely. */
function candidateNames(archive: StreamArchive, parts: FileStreamParts, given: string): string[] {
  const declared = nameOf(archive.manifest?.config ?? null);
  const names = [archive.name, nameOf(archive.config), declared, parts.folderName ?? '', given];
  return [...new Set(names)].filter((name) => name !== '');
}

function nameByRecords(blocks: readonly SalvagedBlock[]): string | null {
  const votes = new Map<string, number>();
  for (const { owner, scan } of blocks)
    if (scan.records > 0) votes.set(owner.name, (votes.get(owner.name) ?? 0) + scan.records);
  return [...votes].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}
