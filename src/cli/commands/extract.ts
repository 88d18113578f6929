import type { Argv } from 'yargs';
import type { ExtractOptions } from '../../operation/extract/types.ts';
import { startThreadsAhead, WRITING } from '../../operation/threads-ahead.ts';
import type { CliContext } from '../context.ts';
import { ARCHIVE, SELECT_FLAGS, selectOptions, type SelectArguments } from '../options.ts';
import { CHANGE_FLAGS, changeOptions, WRITER_EXIT_STATUS, type ChangeArguments } from '../change-options.ts';
import { showWritten } from '../show-written.ts';

export const extractCommand = {
  command: 'extract-into-data-dir <archive> <data-dir>',
  describe: "streams into a stopped server's store",
  builder: (y: Argv): Argv =>
    y
      .positional('archive', ARCHIVE)
      .positional('data-dir', {
        type: 'string',
        demandOption: true,
        describe: "the server's store_dir, or the jetstream folder in it",
      })
      .options({
        ...SELECT_FLAGS,
        account: {
          type: 'string',
          describe: 'the account it goes to; default: its own, else $G',
          requiresArg: true,
        },
        'from-account': {
          type: 'string',
          describe: 'in an archive with accounts: only this (* allowed)',
          requiresArg: true,
        },
        'new-account': {
          type: 'boolean',
          default: false,
          describe: 'make the folder of an account that the store does not have',
        },
        as: { type: 'string', describe: 'the name it gets', requiresArg: true },
        'server-version': {
          type: 'string',
          describe: 'the server that will start on it; what it does not support is refused',
          requiresArg: true,
        },
        force: { type: 'boolean', alias: 'f', default: false, describe: 'replace a stream that is there' },
        ...CHANGE_FLAGS,
      })
      .example('$0 extract-into-data-dir backups/ORDERS /var/lib/nats', 'a backup into a stopped server')
      .epilogue(WRITER_EXIT_STATUS),
  run: async (args: ExtractArguments, context: CliContext): Promise<void> => {
    await startThreadsAhead(args.archive, { ...args, ...WRITING });
    const { extractIntoDataDir } = await import('../../operation/extract/run.ts');
    await showWritten(
      await extractIntoDataDir(args.archive, args.dataDir, await extractOptions(args, context)),
      args.archive,
      context,
    );
  },
};

async function extractOptions(args: ExtractArguments, context: CliContext): Promise<ExtractOptions> {
  const { account: intoAccount, fromAccount, serverVersion, ...others } = args;
  return {
    ...selectOptions({ ...others, account: fromAccount }, context),
    ...(await changeOptions(args)),
    ...(intoAccount === undefined ? {} : { intoAccount }),
    ...(args.as === undefined ? {} : { as: args.as }),
    ...(serverVersion === undefined ? {} : { serverVersion }),
    newAccount: args.newAccount,
    force: args.force,
    check: args.check,
    dryRun: args.dryRun,
  };
}

interface ExtractArguments extends SelectArguments, ChangeArguments {
  readonly archive: string;
  readonly dataDir: string;
  readonly fromAccount?: string | undefined;
  readonly newAccount: boolean;
  readonly as?: string | undefined;
  readonly serverVersion?: string | undefined;
  readonly force: boolean;
}
