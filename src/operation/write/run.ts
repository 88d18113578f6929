import { nameText } from '../../core/name.ts';
import { join, resolve } from 'node:path';
import type { ArchiveKind } from '../../container/entry.ts';
import { ToolError, WriteError } from '../../core/error.ts';
import type { Pool } from '../../workers/pool.ts';
import { mustBeFree, StagedTarget } from '../../writer/staged-target.ts';
import { liveStoreFindings } from '../server/live-store.ts';
import { checkWritten, type CheckOptions } from './check-written.ts';
import { mustLieApart } from '../open/choose-one.ts';
import { mustLieOutside } from './outside-archive.ts';
import type { PlanReport, WriteOptions, WrittenReport, WrittenStream } from './types.ts';
import type { SkippedStream } from '../loss/skipped-stream.ts';
import { planReport, writePlaced, type PlacedStreams } from './write-placed.ts';
import { someOf } from '../../core/some-of.ts';

/** All that a writing command is about to do. */
export interface WritePlan extends PlacedStreams {
  /** Files that are taken over as they are: from, and where in the target. */
  readonly copies: readonly (readonly [from: string, path: string])[];
}

/** What a plan was made from, as far as carrying it out needs it. */
export interface WriteSource {
  readonly container: { readonly path: string; readonly kind?: ArchiveKind };
  readonly signal: AbortSignal | undefined;
  readonly pool?: Pool;
}

/**
 * Carries a plan out: everything is written beside the target, verified there and renamed into place. With `dryRun` it
 * only tells the steps. Throws UsageError, ToolError, CancelledError; then nothing is at the target.
 */
export async function carryOut(
  { findings = [], ...planned }: WritePlan,
  work: WriteSource,
  options: WriteOptions,
): Promise<WrittenReport | PlanReport> {
  const plan = { ...planned, findings: [...liveStoreFindings(work.container), ...findings] };
  if (plan.placed.length === 0) throw new ToolError(nothingToWrite(plan.skipped));
  mustLieApart(plan.placed);
  const { target } = options;
  checkTarget(work.container.path, target);
  if (options.dryRun === true) return planReport(plan, target, stepsOf(plan, target));
  const staged = new StagedTarget(target);
  try {
    for (const [from, path] of plan.copies) staged.copyFile(from, path);
    const { pool, signal } = work;
    const checking = { jobs: options.jobs, pool, readBacks: staged.readBacks };
    const check = async (written: readonly WrittenStream[]): Promise<WrittenStream[]> =>
      checkAll(plan, written, staged.path, checking);
    const report = await writePlaced(plan, staged, target, { signal, check });
    staged.commit();
    return report;
  } catch (error) {
    staged.discard();
    throw error instanceof WriteError ? new ToolError(`${target}: ${error.message}`) : error;
  }
}

/** Of more than so many streams, the number of the others is told. */
const MOST_SKIPPED = 5;

/** Why nothing can be written, where no stream has data. */
export function nothingToWrite(skipped: readonly SkippedStream[]): string {
  const texts = skipped.map(({ name, reason }) => `${nameText(name)}: ${reason}`);
  return `none of the streams can be written: ${someOf(texts, MOST_SKIPPED, '; ')}`;
}

/** Files that lie side by side are no archive that can be opened as one. */
async function checkAll(
  { placed }: WritePlan,
  streams: readonly WrittenStream[],
  path: string,
  work: CheckOptions,
): Promise<WrittenStream[]> {
  const isFiles = placed.some((one) => one.shape.as === 'snapshot' && one.path !== '');
  if (!isFiles) return checkWritten(path, streams, work);
  const checked: WrittenStream[] = [];
  for (const [i, one] of placed.entries())
    checked.push(...(await checkWritten(join(path, one.path), streams.slice(i, i + 1), work)));
  return checked;
}

/**
 * Looks at the target: free, and apart from the archive, which would change while it is read. Throws UsageError, and ToolError
 * where it may not be written. Called once more before the first byte is written: reading may have taken long.
 */
export function checkTarget(archivePath: string, target: string): void {
  mustLieOutside(archivePath, target);
  mustBeFree(resolve(target));
}

function stepsOf(plan: WritePlan, target: string): readonly string[] {
  return [
    ...plan.copies.map(([from, path]) => `copy ${from} to ${path}`),
    ...plan.placed.map(({ stream, shape, path }) => {
      const form = shape.as === 'store' ? 'files of a store' : `${shape.as}, ${shape.form}`;
      return `write ${stream.name} (${form})${path === '' ? '' : ` at ${path}`}`;
    }),
    'verify what was written',
    `rename it to ${target}`,
  ];
}
