import type { Finding } from '../../findings/finding.ts';
import { makeFinding } from '../../findings/finding.ts';
import { SourceError } from '../../core/error.ts';
import type { StreamParts } from '../../container/entry.ts';
import { statusOf } from '../../findings/status.ts';
import {
  loadStream,
  placed,
  sourceReport,
  TOOL,
  withArchive,
  type Archive,
  type OpenArchiveOptions,
} from '../open-archive.ts';
import { liveStoreFindings } from '../live-store.ts';
import type { SelectOptions, VerifyReport } from '../types.ts';
import { verifyFileStream } from './file-stream.ts';
import { unreadableStream } from './unreadable.ts';
import { verifyV2Stream } from './v2-stream.ts';
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
  return withArchive(path, options, async (work) => {
    const verified: VerifiedStream[] = [];
    const live = liveStoreFindings(work.container);
    const findings: Finding[] = [];
    if (work.selected.some(({ form }) => form !== 'config')) void work.pool.prepare();
    for await (const one of verifyStreams(work)) {
      verified.push(one);
      for (const finding of one.findings) findings.push(finding);
    }
    findings.unshift(...work.container.findings.map((finding) => ofItsStream(finding, work, verified)));
    if (work.selected.length === 0 && findings.length === 0)
      findings.push(makeFinding({ code: 'DIR_NO_STREAMS' }, { file: path }));
    findings.unshift(...live);
    const sum = (count: (stream: VerifiedStream) => number): number =>
      verified.reduce((total, stream) => total + count(stream), 0);
    return {
      type: 'natsarc.v1.verify',
      tool: TOOL,
      source: sourceReport(work.container),
      status: statusOf(findings),
      checked: {
        streams: verified.length,
        blocks: sum((stream) => stream.blocks),
        messages: sum((stream) => stream.messages),
        consumers: sum((stream) => stream.consumers),
        bytes: work.selected.reduce((total, parts) => total + parts.sizeBytes, 0),
      },
      streams: verified.map((stream) => stream.report),
      findings,
    };
  });
}

/** A container knows a stream by its folder only, the one stream of a backup not at all. */
function ofItsStream(finding: Finding, work: Archive, verified: readonly VerifiedStream[]): Finding {
  if (finding.stream === undefined && work.container.streams.length > 1) return finding;
  const account = finding.account ?? null;
  const i = work.selected.findIndex(
    (parts) => parts.account === account && parts.folderName === (finding.stream ?? null),
  );
  const name = verified[i]?.report.name;
  return name === undefined || name === '' ? finding : { ...finding, stream: name };
}

/** Streams under way at once: at least two, and more while they are small. */
const MOST_AT_ONCE = 12;
const SMALL_BYTES = 16 * 1024 * 1024;

/** Begins the next streams before one ends, so that no thread waits; results come in the order of the streams. */
async function* verifyStreams(work: Archive): AsyncGenerator<VerifiedStream> {
  const { selected } = work;
  const last = selected.at(-1);
  const begin = (parts: StreamParts): Promise<VerifiedStream> => {
    const one = verifyStream(parts, work, parts === last);
    // Whoever waits for it is told; where nobody comes to wait, an earlier stream has failed.
    one.catch(() => {});
    return one;
  };
  const underWay: { readonly parts: StreamParts; readonly one: Promise<VerifiedStream> }[] = [];
  const hasRoom = (): boolean =>
    underWay.length < 2 ||
    (underWay.length < MOST_AT_ONCE &&
      underWay.reduce((bytes, { parts }) => bytes + parts.sizeBytes, 0) < SMALL_BYTES);
  let begun = 0;
  while (begun < selected.length || underWay.length > 0) {
    for (let parts = selected[begun]; parts !== undefined && hasRoom(); parts = selected[++begun])
      underWay.push({ parts, one: begin(parts) });
    const oldest = underWay.shift();
    if (oldest !== undefined) yield await oldest.one;
  }
}

/** A file of a stream that cannot be read makes that stream unknown; the others are verified all the same. */
async function verifyStream(parts: StreamParts, work: Archive, isLast: boolean): Promise<VerifiedStream> {
  try {
    const archive = loadStream(parts);
    const one =
      parts.form === 'v2'
        ? await verifyV2Stream(archive, parts, work)
        : await verifyFileStream(archive, work, isLast);
    return { ...one, findings: [...placed(parts.findings, archive.place), ...one.findings] };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return unreadableStream(parts, error);
  }
}
