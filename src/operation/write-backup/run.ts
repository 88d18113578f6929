import { ToolError, UsageError } from '../../core/error.ts';
import { isStreamName } from '../../core/name.ts';
import type { Finding } from '../../findings/finding.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { StagedFolder } from '../../writer/staged-folder.ts';
import { loadStream, TOOL, withArchive, type Archive } from '../open-archive.ts';
import { stateReport } from '../state-report.ts';
import { verifyArchive } from '../verify/run.ts';
import { writeStreamBackup } from './stream-backup.ts';
import { streamContent } from './stream-content.ts';
import type { SkippedStream, WriteBackupOptions, WrittenReport, WrittenStream } from './types.ts';

/** Forms in which one stream is the whole archive: its backup is the target itself, not a folder in it. */
const ONE_STREAM_KINDS = ['stream-backup', 'snapshot', 'stream-store', 'block'];

/**
 * Writes the selected streams as a backup that `nats stream restore` (one stream) or `nats account restore` (several)
 * takes: live messages only, under their sequences, consumers with their positions. What was written is verified before
 * it gets its name. Throws UsageError, SourceError, ToolError, CancelledError; then nothing is at the target.
 */
export async function writeBackup(path: string, options: WriteBackupOptions): Promise<WrittenReport> {
  return withArchive(path, options, async (work) => {
    const archives = work.selected.map(loadStream);
    checkNames(archives, options.as);
    const staged = new StagedFolder(options.target);
    try {
      const report = await writeStreams(archives, work, options, staged);
      await checkWritten(staged.path, report, options);
      staged.commit();
      return report;
    } catch (error) {
      staged.discard();
      throw error;
    }
  });
}

function checkNames(archives: readonly StreamArchive[], as: string | undefined): void {
  const [first] = archives;
  if (first === undefined) throw new UsageError('there is no stream in it');
  if (as !== undefined) {
    if (archives.length > 1)
      throw new UsageError(`${archives.length} streams are in it: --stream must choose one`);
    if (!isStreamName(as)) throw new UsageError(`${as} is no stream name`);
    if (as === first.name) throw new UsageError(`the stream is called ${as} already`);
    if (/^(KV|OBJ)_/.test(first.name))
      throw new UsageError(
        `${first.name} is a bucket: its subjects hold its name, and mapping them is not built yet`,
      );
  }
  const names = new Set<string>();
  for (const { name } of archives) {
    if (names.has(name)) throw new UsageError(`two streams are called ${name}: --account must choose`);
    names.add(name);
  }
}

async function writeStreams(
  archives: readonly StreamArchive[],
  work: Archive,
  options: WriteBackupOptions,
  staged: StagedFolder,
): Promise<WrittenReport> {
  const isOne = archives.length === 1 && ONE_STREAM_KINDS.includes(work.container.kind);
  const streams: WrittenStream[] = [];
  const skipped: SkippedStream[] = [];
  const lostRanges: (readonly [bigint, bigint])[] = [];
  const findings: Finding[] = [];
  let lostBytes = 0;
  for (const archive of archives) {
    if (archives.length > 1 && archive.parts.form === 'config') {
      skipped.push({ account: archive.account, name: archive.name, reason: 'a configuration without data' });
      continue;
    }
    const content = await streamContent(archive, work);
    const name = options.as ?? archive.name;
    const consumers = options.noConsumers === true ? [] : archive.consumers;
    const folder = isOne ? '' : name;
    await writeStreamBackup({ archive, content, name, consumers, folder, signal: options.signal }, staged);
    streams.push({
      account: archive.account,
      name,
      ...(name === archive.name ? {} : { from_name: archive.name }),
      state: stateReport(content.state, { consumerCount: consumers.length, gaps: false }),
    });
    lostRanges.push(...content.lost.msgs);
    lostBytes += content.lost.bytes;
    findings.push(...content.findings);
  }
  if (streams.length === 0) throw new ToolError('none of the streams has data in it');
  return {
    type: 'natsarc.v1.written',
    tool: TOOL,
    target: options.target,
    streams,
    skipped,
    lost: { msgs: lostRanges, bytes: lostBytes },
    bytes_written: staged.bytesWritten,
    findings,
  };
}

/** Reads back what was written: it must verify, and hold what it was meant to. */
async function checkWritten(path: string, report: WrittenReport, options: WriteBackupOptions): Promise<void> {
  const jobs = options.jobs === undefined ? {} : { jobs: options.jobs };
  const written = await verifyArchive(path, jobs);
  const wrong = written.findings.find((finding) => finding.severity === 'critical');
  if (wrong !== undefined)
    throw new ToolError(`what was written does not verify: ${wrong.code}: ${wrong.message}`);
  for (const { name, state } of report.streams) {
    const actual = written.streams.find((stream) => stream.name === name)?.actual;
    if (
      actual?.messages !== state.messages ||
      actual.last_seq !== state.last_seq ||
      actual.bytes !== state.bytes
    )
      throw new ToolError(`${name}: what was written does not hold what was read`);
  }
}
