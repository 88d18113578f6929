import type { Argv } from 'yargs';
import type { OutputForm } from '../../operation/write/types.ts';
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
    writeAs(args, args.to, context),
};

/** Writes an archive in a form. */
export async function writeAs(args: WriteArguments, to: OutputForm, context: CliContext): Promise<void> {
  await startThreadsAhead(args.archive, { ...args, ...WRITING });
  const { convertArchive } = await import('../../operation/convert/run.ts');
  await showWritten(
    await convertArchive(args.archive, { ...(await writeOptions(args, context)), to }),
    args.archive,
    context,
  );
}
