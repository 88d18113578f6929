import { join, resolve } from 'node:path';
import { RefusedError, ToolError, UsageError } from '../../core/error.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { Pool } from '../../workers/pool.ts';
import { mustBeFree, StagedTarget } from '../../writer/staged-target.ts';
import { checkWritten, type CheckOptions } from './check-written.ts';
import { mustLieOutside } from './outside-archive.ts';
import { withoutData } from './skipped-stream.ts';
import type { PlanReport, SkippedStream, WriteOptions, WrittenReport } from './types.ts';
import { planReport, writePlaced, type PlacedStream, type PlacedStreams } from './write-placed.ts';

/** All that a writing command is about to do. */
export interface WritePlan extends PlacedStreams {
  /** Files that are taken over as they are: from, and where in the target. */
  readonly copies: readonly (readonly [from: string, path: string])[];
}

/** What a plan was made from, as far as carrying it out needs it. */
export interface WriteSource {
  readonly container: { readonly path: string };
  readonly signal: AbortSignal | undefined;
  readonly pool?: Pool;
}

/**
 * Carries a plan out: everything is written beside the target, verified there and renamed into place. With `dryRun` it
 * only tells the steps. Throws UsageError, ToolError, CancelledError; then nothing is at the target.
 */
export async function carryOut(
  plan: WritePlan,
  work: WriteSource,
  options: WriteOptions,
): Promise<WrittenReport | PlanReport> {
  if (plan.placed.length === 0) throw new ToolError('none of the streams has data in it');
  mustLieApart(plan.placed);
  const { target } = options;
  checkTarget(work.container.path, target);
  if (options.dryRun === true) return planReport(plan, target, stepsOf(plan, target));
  const staged = new StagedTarget(target);
  try {
    for (const [from, path] of plan.copies) staged.copyFile(from, path);
    const report = await writePlaced(plan, staged, target, work.signal);
    await checkAll(plan, report, staged.path, {
      jobs: options.jobs,
      pool: work.pool,
      readBacks: staged.readBacks,
    });
    staged.commit();
    return report;
  } catch (error) {
    staged.discard();
    throw error;
  }
}

/** Throws UsageError where two streams would be written at one place. */
function mustLieApart(placed: readonly PlacedStream[]): void {
  const paths = new Set<string>();
  for (const { path, stream } of placed) {
    if (paths.has(path)) throw new UsageError(twice(stream.name));
    paths.add(path);
  }
}

/** Two streams of one name, where one was expected. */
export function twice(name: string): string {
  return `two streams are called ${name}: --account must choose, or the path of one be given`;
}

/** Throws UsageError where there are several streams: which flag chooses one of them. */
export function mustBeOne(streams: readonly { readonly name: string }[]): void {
  const [first, second, ...others] = streams;
  if (first === undefined || second === undefined) return;
  const isOneName = [second, ...others].every(({ name }) => name === first.name);
  if (isOneName && others.length === 0) throw new UsageError(twice(first.name));
  throw new UsageError(
    isOneName
      ? `${streams.length} streams are called ${first.name}: --account must choose one`
      : `${streams.length} streams are in it: --stream must choose one`,
  );
}

/** Files that lie side by side are no archive that can be opened as one. */
async function checkAll(
  { placed }: WritePlan,
  { streams }: WrittenReport,
  path: string,
  work: CheckOptions,
): Promise<void> {
  const isFiles = placed.some((one) => one.shape.as === 'snapshot' && one.path !== '');
  if (!isFiles) return checkWritten(path, streams, work);
  for (const [i, one] of placed.entries())
    await checkWritten(join(path, one.path), streams.slice(i, i + 1), work);
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

/** Streams of which there is more than a configuration, there or, as `isElsewhere` tells, in another archive; the others are told about. */
export function withData(
  archives: readonly StreamArchive[],
  isElsewhere: (archive: StreamArchive) => boolean = () => false,
): {
  readonly usable: readonly StreamArchive[];
  readonly skipped: readonly SkippedStream[];
} {
  if (archives.length === 0) throw new RefusedError('there is no stream in it');
  const isEmpty = (archive: StreamArchive): boolean =>
    archives.length > 1 && archive.parts.form === 'config' && !isElsewhere(archive);
  return {
    usable: archives.filter((archive) => !isEmpty(archive)),
    skipped: archives.filter(isEmpty).map(withoutData),
  };
}
