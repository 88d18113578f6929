import type { Argv } from 'yargs';
import type { WriteBackupOptions } from '../../operation/write-backup/types.ts';
import type { CliContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { ARCHIVE, SELECT_FLAGS, selectOptions, type SelectArguments } from '../options.ts';

const WRITE_FLAGS = {
  out: {
    type: 'string',
    demandOption: true,
    describe: 'the folder to make; absent, or empty',
    requiresArg: true,
  },
  consumers: { type: 'boolean', default: true, describe: 'with the consumers; --no-consumers: without' },
} as const;

const EXIT_STATUS =
  'EXIT STATUS: 0 done, 1 failed and nothing is at the target, 2 wrong usage, 3 done, with the reported loss';

export const packCommand = {
  command: 'pack <archive>',
  describe: 'the backup that the nats CLI would have made, from files alone',
  builder: (y: Argv): Argv =>
    y
      .positional('archive', ARCHIVE)
      .options({ ...SELECT_FLAGS, ...WRITE_FLAGS })
      .example('$0 pack /var/lib/nats --stream ORDERS --out backups', 'one stream of a store')
      .epilogue(EXIT_STATUS),
  run: async (args: WriteArguments, context: CliContext): Promise<void> => write(args, undefined, context),
};

export const rewriteStreamNameCommand = {
  command: 'rewrite-stream-name <archive> <new-name>',
  describe: 'a backup of one stream under another name',
  builder: (y: Argv): Argv =>
    y
      .positional('archive', ARCHIVE)
      .positional('new-name', { type: 'string', demandOption: true, describe: 'the name it gets' })
      .options({ ...SELECT_FLAGS, ...WRITE_FLAGS })
      .example('$0 rewrite-stream-name backups/ORDERS ORDERS2 --out backups/ORDERS2', 'a renamed copy')
      .epilogue(EXIT_STATUS),
  run: async (args: WriteArguments & { readonly newName: string }, context: CliContext): Promise<void> =>
    write(args, args.newName, context),
};

async function write(args: WriteArguments, as: string | undefined, context: CliContext): Promise<void> {
  const { writeBackup } = await import('../../operation/write-backup/run.ts');
  const options: WriteBackupOptions = {
    ...selectOptions(args, context),
    target: args.out,
    ...(as === undefined ? {} : { as }),
    noConsumers: !args.consumers,
  };
  const report = await writeBackup(args.archive, options);
  context.progress.end();
  if (context.isJson) {
    const { jsonChunks } = await import('../../report/json.ts');
    for (const chunk of jsonChunks(report)) await context.write(chunk);
  } else if (!context.isQuiet) {
    const { writtenText } = await import('../../report/text/written.ts');
    await context.write(writtenText(report, context.palette));
  }
  const isDamaged = report.findings.some((finding) => finding.severity === 'critical');
  context.setExit(isDamaged || report.lost.msgs.length > 0 ? EXIT.damaged : EXIT.done);
}

interface WriteArguments extends SelectArguments {
  readonly archive: string;
  readonly out: string;
  readonly consumers: boolean;
}
