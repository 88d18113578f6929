import type { Finding } from '../../findings/finding.ts';
import { loadStream, placed, sourceReport, TOOL, withArchive, type Archive } from '../open-archive.ts';
import { liveStoreFindings } from '../live-store.ts';
import type { InspectReport, SelectOptions, StreamReport } from '../types.ts';
import { inspectFileStream } from './file-stream.ts';
import { inspectV2Stream } from './v2-stream.ts';
import type { InspectedStream, InspectOptions } from './types.ts';

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
): Promise<InspectedStream> {
  const archive = loadStream(parts);
  const inspected =
    parts.form === 'v2'
      ? await inspectV2Stream(archive, parts, work, options)
      : await inspectFileStream(archive, work, options);
  return { ...inspected, findings: [...placed(parts.findings, archive.place), ...inspected.findings] };
}
