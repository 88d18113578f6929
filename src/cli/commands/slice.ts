import type { Argv } from 'yargs';
import type { OutputForm } from '../../operation/write/types.ts';
import type { CliContext } from '../context.ts';
import { FILTER_FLAGS, filterOptions, type FilterArguments } from '../filter-options.ts';
import { ARCHIVE, SELECT_FLAGS } from '../options.ts';
import {
  CHANGE_FLAGS,
  OUT_FLAG,
  writeOptions,
  WRITER_EXIT_STATUS,
  type WriteArguments,
} from '../change-options.ts';
import { showWritten } from '../show-written.ts';

export const sliceCommand = {
  command: 'slice <archive>',
  describe: 'an archive of some of the messages, or of a stream as it was',
  builder: (y: Argv): Argv =>
    y
      .positional('archive', ARCHIVE)
      .options({
        ...SELECT_FLAGS,
        ...FILTER_FLAGS,
        ...OUT_FLAG,
        to: {
          choices: ['v1', 'v2', 'tgz', 'store'] as const,
          describe: 'the form to write; else the one that it has',
        },
        renumber: {
          type: 'boolean',
          default: false,
          describe: 'number what is kept from 1 on, without gaps',
        },
        ...CHANGE_FLAGS,
      })
      .example(
        '$0 slice backups/ORDERS --before 2026-11-21T14:05:00Z --out ORDERS.at',
        'the stream as it was',
      )
      .example("$0 slice backups/ORDERS --subject 'orders.*.paid' --out ORDERS.paid", 'some subjects')
      .epilogue(WRITER_EXIT_STATUS),
  run: async (args: SliceArguments, context: CliContext): Promise<void> => {
    const { sliceArchive } = await import('../../operation/slice/run.ts');
    const options = {
      ...(await writeOptions(args, context)),
      ...filterOptions(args),
      ...(args.to === undefined ? {} : { to: args.to }),
      renumber: args.renumber,
    };
    await showWritten(await sliceArchive(args.archive, options), args.archive, context);
  },
};

interface SliceArguments extends WriteArguments, FilterArguments {
  readonly to?: OutputForm;
  readonly renumber: boolean;
}
