import type { Argv } from 'yargs';
import { UsageError } from '../../core/error.ts';
import type { JsonObject } from '../../core/json.ts';
import { systemErrorText } from '../../core/system-error.ts';
import type { OutputForm, PlanReport, WriteOptions, WrittenReport } from '../../operation/write/types.ts';
import { startThreadsAhead, WRITING } from '../../operation/threads-ahead.ts';
import type { CliContext } from '../context.ts';
import { isOfDeleted, isOfManifest } from '../../findings/status.ts';
import { tellRunningServer } from '../damage-notes.ts';
import { EXIT } from '../exit-code.ts';
import { ARCHIVE, pathOption, SELECT_FLAGS, selectOptions, type SelectArguments } from '../options.ts';

/** Flags of every command that writes streams. */
export const CHANGE_FLAGS = {
  'map-subject': {
    type: 'string',
    array: true,
    nargs: 1,
    describe: "store subjects under others: 'orders.>=copy.orders.>'; repeatable",
    requiresArg: true,
  },
  consumers: { type: 'boolean', default: true, describe: 'with the consumers; --no-consumers: without' },
  config: { type: 'string', describe: 'file with the configuration to give the stream', requiresArg: true },
  replicas: { type: 'number', describe: 'replicas to configure', requiresArg: true },
  cluster: { type: 'string', describe: 'cluster to place it in', requiresArg: true },
  tag: {
    type: 'string',
    array: true,
    nargs: 1,
    describe: 'tag of servers to place it on; repeatable',
    requiresArg: true,
  },
  check: {
    type: 'boolean',
    default: false,
    describe: 'verify the archive first; stop at a critical finding',
  },
  'dry-run': { type: 'boolean', default: false, describe: 'only tell what would be done' },
} as const;

export const OUT_FLAG = {
  out: {
    type: 'string',
    demandOption: true,
    describe: 'what to make; absent, or an empty folder',
    requiresArg: true,
  },
} as const;

export const WRITER_EXIT_STATUS =
  'EXIT STATUS: 0 done, 1 failed and nothing is at the target, 2 wrong usage, 3 done, with the reported loss';

export const packCommand = {
  command: 'pack <archive>',
  describe: 'the backup that the nats CLI would have made, from files alone',
  builder: (y: Argv): Argv =>
    y
      .positional('archive', ARCHIVE)
      .options({
        ...SELECT_FLAGS,
        ...OUT_FLAG,
        format: { choices: ['v1', 'v2'] as const, default: 'v1', describe: 'v2: for servers from 2.15 only' },
        ...CHANGE_FLAGS,
      })
      .example('$0 pack /var/lib/nats --stream ORDERS --out backups', 'one stream of a store')
      .epilogue(WRITER_EXIT_STATUS),
  run: async (args: WriteArguments & { readonly format: 'v1' | 'v2' }, context: CliContext): Promise<void> =>
    convert(args, args.format, context),
};

export const convertCommand = {
  command: 'convert <archive>',
  describe: 'the same streams in another form',
  builder: (y: Argv): Argv =>
    y
      .positional('archive', ARCHIVE)
      .options({
        ...SELECT_FLAGS,
        to: {
          choices: ['v1', 'v2', 'tgz', 'store'] as const,
          demandOption: true,
          describe: 'backup for any server, backup for 2.15, legacy file, store folder',
        },
        ...OUT_FLAG,
        ...CHANGE_FLAGS,
      })
      .example('$0 convert backups/ORDERS --to v1 --out ORDERS.v1', 'a 2.15 backup for an older server')
      .epilogue(WRITER_EXIT_STATUS),
  run: async (args: WriteArguments & { readonly to: OutputForm }, context: CliContext): Promise<void> =>
    convert(args, args.to, context),
};

export const rewriteStreamNameCommand = {
  command: 'rewrite-stream-name <archive> <new-name>',
  describe: 'the archive again, with one stream under another name',
  builder: (y: Argv): Argv =>
    y
      .positional('archive', ARCHIVE)
      .positional('new-name', { type: 'string', demandOption: true, describe: 'the name it gets' })
      .options({
        ...SELECT_FLAGS,
        ...OUT_FLAG,
        'follow-sources': {
          type: 'boolean',
          default: false,
          describe: 'let streams of the archive that copy from it copy from the new name',
        },
        ...CHANGE_FLAGS,
      })
      .example('$0 rewrite-stream-name backups/ORDERS ORDERS2 --out backups/ORDERS2', 'a renamed copy')
      .epilogue(WRITER_EXIT_STATUS),
  run: async (args: RenameArguments, context: CliContext): Promise<void> => {
    await startThreadsAhead(args.archive, { ...args, ...WRITING });
    const { renameStream } = await import('../../operation/write/rename.ts');
    const options = {
      ...(await writeOptions(args, context)),
      as: args.newName,
      followSources: args.followSources,
    };
    await show(await renameStream(args.archive, options), args.archive, context);
  },
};

async function convert(args: WriteArguments, to: OutputForm, context: CliContext): Promise<void> {
  await startThreadsAhead(args.archive, { ...args, ...WRITING });
  const { convertArchive } = await import('../../operation/write/convert.ts');
  await show(
    await convertArchive(args.archive, { ...(await writeOptions(args, context)), to }),
    args.archive,
    context,
  );
}

/** What the flags of a writing command ask for. Throws UsageError. */
export async function writeOptions(args: WriteArguments, context: CliContext): Promise<WriteOptions> {
  return {
    ...selectOptions(args, context),
    ...(await changeOptions(args)),
    target: pathOption(args.out, 'out'),
    check: args.check,
    dryRun: args.dryRun,
  };
}

/** What the flags of CHANGE_FLAGS ask for. Throws UsageError. */
export async function changeOptions(args: ChangeArguments): Promise<Omit<WriteOptions, 'target'>> {
  const { replicas } = args;
  if (replicas !== undefined && !(Number.isInteger(replicas) && replicas >= 1 && replicas <= 5))
    throw new UsageError('--replicas takes a number from 1 to 5');
  return {
    ...(args.mapSubject === undefined ? {} : { mapSubjects: args.mapSubject }),
    noConsumers: !args.consumers,
    ...(args.config === undefined ? {} : { config: await configOf(args.config) }),
    ...(replicas === undefined ? {} : { replicas }),
    ...(args.cluster === undefined ? {} : { cluster: args.cluster }),
    ...(args.tag === undefined ? {} : { tags: args.tag }),
  };
}

async function configOf(path: string): Promise<JsonObject> {
  const { readFile } = await import('node:fs/promises');
  const { objectField, parseJsonObject } = await import('../../core/json.ts');
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new UsageError(`--config: ${systemErrorText(error, path)}`);
  });
  const parsed = parseJsonObject(bytes);
  if (!parsed.ok) throw new UsageError(`--config: ${path}: ${parsed.fault}`);
  return objectField(parsed.value, 'config') ?? parsed.value;
}

/** Prints what was, or would be, written of the archive at `path`, and sets the exit code. */
export async function show(
  report: WrittenReport | PlanReport,
  path: string,
  context: CliContext,
): Promise<void> {
  context.progress.end();
  if (context.isJson) {
    const { jsonChunks } = await import('../../report/json.ts');
    for (const chunk of jsonChunks(report)) await context.write(chunk);
  } else if (!context.isQuiet) {
    const { writtenText } = await import('../../report/text/written.ts');
    await context.write(writtenText(report, context.palette, path));
  }
  tellRunningServer(report.findings, context);
  // What could not be judged is no loss of the copy: that is written, and verified.
  const isDamaged = report.findings.some(
    (finding) => finding.severity === 'critical' && !isOfDeleted(finding) && !isOfManifest(finding),
  );
  const isRefused = report.streams.some(({ refused }) => refused !== undefined);
  context.setExit(isDamaged || isRefused || report.lost_messages > 0n ? EXIT.damaged : EXIT.done);
}

export interface ChangeArguments {
  readonly mapSubject?: string[] | undefined;
  readonly consumers: boolean;
  readonly config?: string | undefined;
  readonly replicas?: number | undefined;
  readonly cluster?: string | undefined;
  readonly tag?: string[] | undefined;
  readonly check: boolean;
  readonly dryRun: boolean;
}

export interface WriteArguments extends SelectArguments, ChangeArguments {
  readonly archive: string;
  readonly out: string;
}

interface RenameArguments extends WriteArguments {
  readonly newName: string;
  readonly followSources: boolean;
}
