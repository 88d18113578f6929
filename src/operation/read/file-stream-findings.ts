import { checkBlockFiles } from '../../check/block-files.ts';
import { checkBlockRecords } from '../../check/block-records.ts';
import { checkBlockSidecars } from '../../check/block-sidecars.ts';
import { checkConfig } from '../../check/config.ts';
import { checkConsumers } from '../../check/consumers.ts';
import { checkDeclared } from '../../check/declared.ts';
import { checkIndexAgainstBlocks } from '../../check/index-vs-blocks.ts';
import { checkTimeFiles } from '../../check/time-files.ts';
import type { StreamEvidence } from '../../check/stream-evidence.ts';
import type { Finding } from '../../findings/finding.ts';
import { carrierFindings } from './carrier-findings.ts';
import type { StreamScan } from './scan-stream.ts';

const CHECKS = [
  checkBlockRecords,
  checkBlockFiles,
  checkBlockSidecars,
  checkIndexAgainstBlocks,
  checkTimeFiles,
];

/** All that is wrong with a stream kept as files of which every block was read; `lastSeq`: that of its state. Throws SourceError. */
export function fileStreamFindings(
  evidence: StreamEvidence & { readonly scan: StreamScan },
  lastSeq: bigint,
): Finding[] {
  const { archive, scan, results } = evidence;
  return [
    ...archive.findings,
    ...checkConfig(archive),
    ...scan.findings,
    ...carrierFindings(archive, results.values(), scan.findings),
    ...CHECKS.flatMap((check) => [...check(evidence)]),
    ...checkConsumers(archive, lastSeq, evidence.live),
    ...checkDeclared(evidence),
  ];
}
