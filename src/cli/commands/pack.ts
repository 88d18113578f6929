import type { Argv } from 'yargs';
import type { CliContext } from '../context.ts';
import { ARCHIVE, SELECT_FLAGS } from '../options.ts';
import { CHANGE_FLAGS, OUT_FLAG, WRITER_EXIT_STATUS, type WriteArguments } from '../change-options.ts';
import { writeAs } from './convert.ts';

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
    writeAs(args, args.format, context),
};
