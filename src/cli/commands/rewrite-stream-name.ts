import type { Argv } from 'yargs';
import { startThreadsAhead, WRITING } from '../../operation/threads-ahead.ts';
import type { CliContext } from '../context.ts';
import { ARCHIVE, SELECT_FLAGS } from '../options.ts';
import {
  CHANGE_FLAGS,
  OUT_FLAG,
  WRITER_EXIT_STATUS,
  writeOptions,
  type WriteArguments,
} from '../change-options.ts';
import { showWritten } from '../show-written.ts';

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
    const { renameStream } = await import('../../operation/rename/run.ts');
    const options = {
      ...(await writeOptions(args, context)),
      as: args.newName,
      followSources: args.followSources,
    };
    await showWritten(await renameStream(args.archive, options), args.archive, context);
  },
};

interface RenameArguments extends WriteArguments {
  readonly newName: string;
  readonly followSources: boolean;
}
