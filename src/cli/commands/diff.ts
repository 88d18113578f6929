import type { Argv } from 'yargs';
import { UsageError } from '../../core/error.ts';
import type { DiffReport } from '../../operation/diff/types.ts';
import { escapeText } from '../../report/escape.ts';
import { counted } from '../../report/units.ts';
import type { CliContext } from '../context.ts';
import { noteDamage } from '../damage-notes.ts';
import { exitOfDiff } from '../exit-code.ts';
import { ARCHIVE, SELECT_FLAGS, selectOptions, type SelectArguments } from '../options.ts';

const MOST_SHOWN = 1000;
const MOST_DAMAGED = 20;

export const diffCommand = {
  command: 'diff <archive> <other> [more..]',
  describe: 'configuration, state, consumers and messages of two archives of any two kinds',
  builder: (y: Argv): Argv =>
    y
      .positional('archive', ARCHIVE)
      .positional('other', ARCHIVE)
      .positional('more', {
        type: 'string',
        array: true,
        describe: 'replicas beyond two: which holds what the majority holds',
        coerce: (paths: string[]) => paths.map(ARCHIVE.coerce),
      })
      .options(SELECT_FLAGS)
      .options({
        as: {
          type: 'string',
          describe: 'what the stream of the first is called in the other',
          requiresArg: true,
        },
        'map-subject': {
          type: 'string',
          array: true,
          nargs: 1,
          describe: "how subjects were renamed, such as 'orders.>=copy.orders.>'; repeatable",
          requiresArg: true,
        },
        stat: { type: 'boolean', describe: 'totals only' },
        show: { type: 'number', describe: 'show so many of the messages that differ', requiresArg: true },
      })
      .conflicts('stat', 'show')
      .example("$0 diff backups/ORDERS /var/lib/nats --account '$G' --stream ORDERS", 'a backup and a store')
      .example('$0 diff backups/ORDERS backups/COPY --as COPY', 'a renamed copy')
      .example('$0 diff n1/ n2/ n3/', 'the replicas of a cluster')
      .epilogue(
        'EXIT STATUS: 0 same, 1 different, 2 trouble: a side cannot be read, or not whole; wrong usage',
      ),
  run: async (args: DiffArguments, context: CliContext): Promise<void> => {
    const { show = 0 } = args;
    if (!(Number.isInteger(show) && show >= 0 && show <= MOST_SHOWN))
      throw new UsageError(`--show takes a number up to ${MOST_SHOWN}`);
    if ((args.more ?? []).length > 0) return matrix(args, context);
    const { diffArchives } = await import('../../operation/diff/run.ts');
    const report = await diffArchives(args.archive, args.other, {
      ...selectOptions(args, context),
      ...(args.as === undefined ? {} : { as: args.as }),
      ...(args.mapSubject === undefined ? {} : { mapSubjects: args.mapSubject }),
      stat: args.stat === true,
      show,
    });
    context.progress.end();
    await print(report, args, context);
    for (const side of ['a', 'b'] as const) {
      noteDamage(report.findings[side], context, `${side.toUpperCase()}: `);
      await noteLosses(report, side, context);
    }
    context.setExit(exitOfDiff(report.same, [...report.findings.a, ...report.findings.b]));
  },
};

async function matrix(args: DiffArguments, context: CliContext): Promise<void> {
  const { as, mapSubject, stat, show, more = [] } = args;
  if ([as, mapSubject, stat, show].some((flag) => flag !== undefined))
    throw new UsageError('--as, --map-subject, --stat and --show are for two archives');
  const { compareReplicas } = await import('../../operation/diff/matrix.ts');
  const report = await compareReplicas([args.archive, args.other, ...more], selectOptions(args, context));
  context.progress.end();
  const { letterOf, matrixText } = await import('../../report/text/matrix.ts');
  if (context.isJson) {
    const { jsonChunks } = await import('../../report/json.ts');
    for (const chunk of jsonChunks(report)) await context.write(chunk);
  } else if (!context.isQuiet) await context.write(matrixText(report, context.palette));
  for (const [i, findings] of report.findings.entries()) noteDamage(findings, context, `${letterOf(i)}: `);
  context.setExit(exitOfDiff(report.same, report.findings.flat()));
}

/** Says on standard error what of a side could not be compared, and how to get at some of it. */
async function noteLosses(report: DiffReport, side: 'a' | 'b', context: CliContext): Promise<void> {
  const damaged = report.streams.filter(({ losses }) => losses[side] !== null);
  if (damaged.length === 0) return;
  const { lostLines } = await import('../../report/text/written.ts');
  const { path } = report.source[side];
  for (const { name, losses } of damaged.slice(0, MOST_DAMAGED))
    for (const line of losses[side] === null ? [] : lostLines(losses[side], path))
      context.note(`natsarc: ${side.toUpperCase()}: ${escapeText(name)}: ${line}`);
  const more = damaged.length - MOST_DAMAGED;
  if (more > 0)
    context.note(`natsarc: ${side.toUpperCase()}: and ${counted(more, 'stream')} more: --json has all`);
}

async function print(report: DiffReport, args: DiffArguments, context: CliContext): Promise<void> {
  if (context.isJson) {
    const { jsonChunks } = await import('../../report/json.ts');
    for (const chunk of jsonChunks(report)) await context.write(chunk);
  } else if (!context.isQuiet) {
    const { diffStatText, diffText } = await import('../../report/text/diff.ts');
    await context.write((args.stat === true ? diffStatText : diffText)(report, context.palette));
  }
}

interface DiffArguments extends SelectArguments {
  readonly archive: string;
  readonly other: string;
  readonly more?: string[];
  readonly as?: string;
  readonly mapSubject?: string[];
  readonly stat?: boolean;
  readonly show?: number;
}
