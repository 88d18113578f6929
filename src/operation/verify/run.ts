import { isStore } from '../../container/entry.ts';
import type { Finding } from '../../findings/finding.ts';
import { makeFinding } from '../../findings/finding.ts';
import { statusOf } from '../../findings/status.ts';
import { withOwners } from '../open/foreign-owners.ts';
import { liveStoreFindings } from '../server/live-store.ts';
import { otherFolder } from '../open/other-folder.ts';
import { withArchive, type Archive, type OpenArchiveOptions } from '../open/open-archive.ts';
import { sourceReport, TOOL } from '../open/report-source.ts';
import { VERIFYING } from '../threads-ahead.ts';
import type { SelectOptions, VerifyReport } from '../types.ts';
import { runVerifyJob } from './errand.ts';
import { verifyStreams } from './streams.ts';
import type { VerifiedStream } from './types.ts';

/**
 * Checks everything in an archive that can be checked, and goes on behind each problem. Throws SourceError where the
 * archive cannot be opened at all, UsageError, CancelledError.
 */
export async function verifyArchive(path: string, options: SelectOptions = {}): Promise<VerifyReport> {
  return verifyWith(path, options);
}

/** The same for another operation, with what it knows. */
export async function verifyWith(path: string, options: OpenArchiveOptions): Promise<VerifyReport> {
  return withArchive(path, { ...VERIFYING, ...options, runJob: runVerifyJob }, async (work) => {
    const verified: VerifiedStream[] = [];
    const live = liveStoreFindings(work.container);
    const ofStreams: Finding[] = [];
    if (work.selected.some(({ form }) => form !== 'config')) void work.pool.prepare();
    for await (const one of verifyStreams(work)) {
      verified.push(one);
      for (const finding of one.findings) ofStreams.push(finding);
    }
    const around = verified.map((): Finding[] => []);
    const ofContainer = work.container.findings.map((finding) => {
      const at = placeAmong(finding, work);
      around[at]?.push(finding);
      return withName(finding, verified[at]);
    });
    const found = [...ofContainer, ...ofStreams];
    const nothing =
      work.selected.length === 0 && found.length === 0
        ? [makeFinding({ code: 'DIR_NO_STREAMS' }, { file: path })]
        : [];
    const findings = [...live, ...withOwners(found, work.container), ...nothing];
    const sum = (count: (stream: VerifiedStream) => number): number =>
      verified.reduce((total, stream) => total + count(stream), 0);
    const bytes = sum((stream) => stream.bytes);
    return {
      type: 'natsarc.v1.verify',
      tool: TOOL,
      source: sourceReport(work.container, isAllOfStore(work) ? bytes : work.container.sizeBytes),
      status: statusOf(findings),
      checked: {
        streams: verified.length,
        blocks: sum((stream) => stream.blocks),
        messages: sum((stream) => stream.messages),
        consumers: sum((stream) => stream.consumers),
        bytes,
      },
      streams: verified.map(({ report, findings: own }, i) => ({
        ...report,
        ...otherFolder(work.selected[i], report.name),
        status: statusOf([...(around[i] ?? []), ...own]),
      })),
      findings,
      notes: verified.flatMap(({ notes }) => notes),
    };
  });
}

/** Which of the selected streams a container's finding is about; -1: none. It knows a stream by its folder, the one of a backup not at all. */
function placeAmong(finding: Finding, { container, selected }: Archive): number {
  const [account, stream] = [finding.account ?? null, finding.stream ?? null];
  if (stream === null && container.streams.length > 1) return -1;
  return selected.findIndex((parts) => parts.account === account && parts.folderName === stream);
}

function withName(finding: Finding, stream: VerifiedStream | undefined): Finding {
  const name = stream?.report.name ?? '';
  return name === '' ? finding : { ...finding, stream: name };
}

/** The size of a store is that of its streams: where all were verified, their folders need not be looked into for it. */
function isAllOfStore({ container, selected }: Archive): boolean {
  return isStore(container.kind) && selected.length === container.streams.length;
}
