import { hashKey } from '../../../codec/highwayhash.ts';
import type { Fault } from '../../../findings/finding.ts';
import { eachFault, type PackedFaults } from '../../../kernels/packed-faults.ts';
import type { PackedScan } from '../../../kernels/types.ts';
import { descriptorOf } from '../../../model/read-entry.ts';
import type { BlockFile } from '../../../model/stream-archive.ts';
import type { SourceDescriptor } from '../../../source/byte-source.ts';
import type { ScanJob, ScanResult } from '../../../workers/jobs/scan.ts';
import type { SalvageWork } from '../rescan/salvage-work.ts';
import { candidateNumbers, OwnerSearch, type BlockOwner } from '../../../check/block-owner.ts';
import type { BlockStart } from '../../../check/number-guess.ts';

/** A block file, and what its records turned out to be. */
export interface SalvagedBlock {
  readonly file: BlockFile;
  readonly descriptor: SourceDescriptor;
  /** Whose records it holds; not what its name says where it was renamed, copied or exchanged. */
  readonly owner: BlockOwner;
  readonly scan: Omit<PackedScan, 'faults'>;
  readonly faults: PackedFaults;
  /** Of its compression, and of the snapshot around it. */
  readonly blockFaults: readonly Fault[];
  readonly carrierFaults: readonly Fault[];
  readonly compression: ScanResult['compression'];
  /** A damaged stretch of another block of the list, which tells of that damage itself. */
  readonly isPart: boolean;
}

/** Finds the good records of every block, each with the key that its records were made with. */
export async function salvageBlocks(
  blocks: readonly BlockFile[],
  names: readonly string[],
  numbers: readonly number[],
  work: SalvageWork,
): Promise<SalvagedBlock[]> {
  const own = blocks.map((file) => ({
    file,
    descriptor: descriptorOf(file.entry),
    owner: { name: names[0] ?? '', number: file.index },
  }));
  const results = await scanUnknown(own, work);
  const owners = new OwnerSearch(names, candidateNumbers(blocks, numbers), startsOf(own, results));
  const strays = own
    .filter((_, i) => isStray(results[i]))
    .flatMap((block) => {
      const owner = ownerOf(block, owners);
      return owner === null ? [] : [{ ...block, owner }];
    });
  const again = await scanAll(strays, work);
  const scanned = wholes(own, results, strays, again);
  return [...scanned, ...(await strayParts(scanned, owners, work))];
}

type Unscanned = Pick<SalvagedBlock, 'file' | 'descriptor' | 'owner'>;

function wholes(
  own: readonly Unscanned[],
  results: readonly ScanResult[],
  strays: readonly Unscanned[],
  again: readonly ScanResult[],
): SalvagedBlock[] {
  const byFile = new Map(strays.map((block, i) => [block.file, { ...block, result: again[i] }]));
  return own.flatMap((block, i) => {
    const { result, ...rest } = byFile.get(block.file) ?? { ...block, result: results[i] };
    return result === undefined ? [] : [salvaged(rest, result, false)];
  });
}

function salvaged(block: Unscanned, result: ScanResult, isPart: boolean): SalvagedBlock {
  const { compression, blockFaults, carrierFaults } = result;
  const { faults, ...scan } = result.scan;
  return {
    ...block,
    scan,
    faults,
    blockFaults,
    carrierFaults,
    compression,
    isPart,
  };
}

/** A shorter stretch is hardly worth the search. */
const LEAST_PART_BYTES = 1024;
const MOST_PARTS = 256;

/** Records of other blocks in damaged stretches: where a tar lost the header between two, or a disk mixed them up. */
async function strayParts(
  blocks: readonly SalvagedBlock[],
  owners: OwnerSearch,
  work: SalvageWork,
): Promise<SalvagedBlock[]> {
  const stretches = blocks
    .filter(({ compression, scan }) => compression === 'none' && scan.records > 0)
    .flatMap((block) =>
      [...eachFault(block.faults)]
        .filter(({ kind, lengthBytes }) => kind !== 'order' && lengthBytes >= LEAST_PART_BYTES)
        .map(({ offsetBytes, lengthBytes }) => ({ block, offsetBytes, lengthBytes })),
    )
    .toSorted((a, b) => b.lengthBytes - a.lengthBytes)
    .slice(0, MOST_PARTS);
  const parts = stretches.flatMap(({ block, offsetBytes, lengthBytes }) => {
    const descriptor = { kind: 'slice', of: block.descriptor, offsetBytes, lengthBytes } as const;
    const owner = ownerOf({ file: block.file, descriptor }, owners);
    return owner === null ? [] : [{ file: block.file, descriptor, owner }];
  });
  const results = await scanAll(parts, work);
  return parts.flatMap((part, i) => {
    const result = results[i];
    return result === undefined ? [] : [salvaged(part, result, true)];
  });
}

async function scanUnknown(blocks: readonly Unscanned[], work: SalvageWork): Promise<ScanResult[]> {
  const known = blocks.map((block) => work.known?.find(block));
  const scanned = (
    await scanAll(
      blocks.filter((_, i) => known[i] === undefined),
      work,
    )
  ).values();
  return known.flatMap((result) => result ?? scanned.next().value ?? []);
}

async function scanAll(blocks: readonly Unscanned[], work: SalvageWork): Promise<ScanResult[]> {
  const jobs = blocks.map(({ descriptor, owner }): ScanJob => ({
    kind: 'scan',
    source: descriptor,
    key: hashKey(`${owner.name}-${owner.number}`),
    headerSeqs: false,
    salvage: true,
  }));
  return work.pool.run(jobs, (_, at) => {
    const entry = blocks[at]?.file.entry;
    if (entry !== undefined) work.onBytes(entry.sizeBytes, entry.label);
  });
}

/** Nothing in it fits its name and number. */
function isStray(result: ScanResult | undefined): boolean {
  return result !== undefined && result.scan.records === 0 && result.scan.rawBytes > 0;
}

function ownerOf(
  { file, descriptor }: Pick<Unscanned, 'file' | 'descriptor'>,
  owners: OwnerSearch,
): BlockOwner | null {
  const owner = owners.find(descriptor, file.index);
  return owner === 'unreadable' ? null : owner;
}

/** Of the blocks whose records are of their name and number. */
function startsOf(blocks: readonly Unscanned[], results: readonly ScanResult[]): BlockStart[] {
  return blocks.flatMap(({ owner: { number } }, i) => {
    const scan = results[i]?.scan;
    return scan === undefined || scan.records === 0 ? [] : [{ number, firstSeq: scan.firstSeq }];
  });
}
