import type { Finding } from '../../findings/finding.ts';
import { isDamageOfLive, isUnjudged } from '../../findings/status.ts';
import { loadStream } from '../open/load-stream.ts';
import { withArchive, type Archive } from '../open/open-archive.ts';
import { placed, sourceReport, TOOL } from '../open/report-source.ts';
import { liveStoreFindings } from '../server/live-store.ts';
import { otherFolder } from '../open/other-folder.ts';
import type { InspectReport, SelectOptions, StreamReport } from '../types.ts';
import { inspectFileStream } from './file-stream.ts';
import { inspectV2Stream } from './v2-stream.ts';
import type { InspectOptions } from './types.ts';

/**
 * Tells what is in an archive: configuration, state, blocks, consumers, declared beside actual. Reads indexes, heads and
 * tails; with `deep`, or where no valid index exists, every block. Throws SourceError, UsageError, CancelledError.
 */
export async function inspectArchive(
  path: string,
  options: SelectOptions & InspectOptions = {},
): Promise<InspectReport> {
  return withArchive(path, options, async (work) => {
    const findings: Finding[] = [...liveStoreFindings(work.container), ...work.container.findings];
    const accounts = new Map<string | null, StreamReport[]>();
    for (const parts of work.selected) {
      const inspected = await inspectStream(parts, work, options);
      for (const finding of inspected.findings) findings.push(finding);
      const streams = accounts.get(parts.account) ?? [];
      accounts.set(parts.account, [...streams, inspected.report]);
    }
    return {
      type: 'natsarc.v1.inspect',
      tool: TOOL,
      source: sourceReport(work.container),
      accounts: [...accounts].map(([name, streams]) => ({ name, streams })),
      findings,
    };
  });
}

async function inspectStream(
  parts: Archive['selected'][number],
  work: Archive,
  options: InspectOptions,
): Promise<{ readonly report: StreamReport; readonly findings: readonly Finding[] }> {
  const archive = loadStream(parts);
  const inspected =
    parts.form === 'v2'
      ? await inspectV2Stream(archive, parts, work, options)
      : await inspectFileStream(archive, work, options);
  const findings = [...placed(parts.findings, archive.place), ...inspected.findings];
  const report = {
    ...inspected.report,
    ...otherFolder(parts, archive.name),
    whole: isWhole(findings, inspected.isRead),
  };
  return { report, findings };
}

/** null: nothing tells, since not all was read, or could be judged. */
function isWhole(findings: readonly Finding[], isRead: boolean): boolean | null {
  if (findings.some((finding) => finding.severity === 'critical' && isDamageOfLive(finding))) return false;
  return isRead && !findings.some(isUnjudged) ? true : null;
}
