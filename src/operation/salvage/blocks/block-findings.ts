import type { FileStreamParts } from '../../../container/entry.ts';
import { makeFinding, type Finding } from '../../../findings/finding.ts';
import { eachFault } from '../../../kernels/packed-faults.ts';
import type { StreamArchive } from '../../../model/stream-archive.ts';
import { CODE_OF_FAULT } from './block-damage.ts';
import type { SalvagedBlock } from './salvage-blocks.ts';

/** Damaged records beyond these are in the loss report alone, which tells all. */
const MOST_RECORD_FINDINGS = 10_000;

/** What is wrong with blocks, and with what carries them. */
export function blockFindings(
  archive: StreamArchive,
  parts: FileStreamParts,
  blocks: readonly SalvagedBlock[],
): Finding[] {
  const findings: Finding[] = [];
  for (const block of blocks) {
    if (isForeign(block)) continue;
    const { file } = block;
    const place = { ...archive.place, file: file.entry.label };
    for (const fault of block.carrierFaults)
      findings.push(makeFinding(fault, { ...archive.place, file: parts.label }));
    for (const fault of block.blockFaults) findings.push(makeFinding(fault, place));
  }
  const most = findings.length + MOST_RECORD_FINDINGS;
  for (const block of blocks)
    for (const finding of recordFindings(archive, block)) {
      if (findings.length >= most) return findings;
      findings.push(finding);
    }
  return findings;
}

function* recordFindings(archive: StreamArchive, block: SalvagedBlock): Generator<Finding> {
  const { file, faults } = block;
  const place = { ...archive.place, file: file.entry.label };
  if (isForeign(block)) {
    yield makeFinding(
      { code: 'BLK_FOREIGN', data: { block: file.index, made_for: 'another stream' } },
      place,
    );
    return;
  }
  for (const { kind, offsetBytes, lengthBytes, seq } of eachFault(faults)) {
    yield makeFinding(
      { code: CODE_OF_FAULT[kind], offsetBytes, lengthBytes, ...(seq === null ? {} : { seq }) },
      place,
    );
  }
}

function isForeign({ scan, faults }: SalvagedBlock): boolean {
  return scan.records === 0 && faults.length > 0;
}
