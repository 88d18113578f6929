import type { Argv } from 'yargs';
import type { CliContext } from '../context.ts';
import { ARCHIVE, workOptions } from '../options.ts';
import { CHANGE_FLAGS, changeOptions, OUT_FLAG, type ChangeArguments } from '../change-options.ts';
import { showWritten } from '../show-written.ts';

const { check: _check, ...FLAGS } = CHANGE_FLAGS;

export const importCommand = {
  command: 'import <file>',
  describe: 'a backup of what export --to json or --to ndjson wrote',
  builder: (y: Argv): Argv =>
    y
      .positional('file', { ...ARCHIVE, describe: 'the export, or - for standard input' })
      .options({
        ...OUT_FLAG,
        to: { choices: ['v1', 'v2'] as const, default: 'v1', describe: 'v2: for servers from 2.15 only' },
        partial: {
          type: 'boolean',
          default: false,
          describe: 'take an export that holds fewer messages than its state says',
        },
        ...FLAGS,
      })
      .example('$0 import orders.json --out backups/ORDERS', 'a backup again')
      .epilogue('EXIT STATUS: 0 done, 1 failed and nothing is at the target, 2 wrong usage'),
  run: async (args: ImportArguments, context: CliContext): Promise<void> => {
    const { importExport } = await import('../../operation/import/run.ts');
    const options = {
      ...(await changeOptions({ ...args, check: false })),
      target: args.out,
      to: args.to,
      partial: args.partial,
      dryRun: args.dryRun,
      ...workOptions(context),
    };
    await showWritten(await importExport(args.file, options), args.file, context);
  },
};

interface ImportArguments extends Omit<ChangeArguments, 'check'> {
  readonly file: string;
  readonly out: string;
  readonly to: 'v1' | 'v2';
  readonly partial: boolean;
}
