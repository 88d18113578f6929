import type { Argv } from 'yargs';
import { raisedStatus } from '../../findings/status.ts';
import type { CliContext } from '../context.ts';
import { exitOfStatus } from '../exit-code.ts';
import {
  ARCHIVE,
  AT_FLAG,
  atOption,
  SELECT_FLAGS,
  selectOptions,
  type AtArguments,
  type SelectArguments,
} from '../options.ts';

export const preflightCommand = {
  command: 'preflight <data-dir>',
  describe: 'what starting a server on these files will do, before it does it',
  builder: (y: Argv): Argv =>
    y
      .positional('data-dir', { ...ARCHIVE, describe: "a server's store_dir, or an account or stream in it" })
      .options(SELECT_FLAGS)
      .options({
        'server-version': {
          type: 'string',
          describe: 'of the server, such as 2.14 or 2.14.5 (default: newest)',
          requiresArg: true,
        },
        at: AT_FLAG,
        'critical-warnings': { alias: 'w', type: 'boolean', describe: 'warnings are critical' },
      })
      .example('$0 preflight /var/lib/nats --server-version 2.12', 'before a downgrade')
      .epilogue(
        'EXIT STATUS: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN (could not be read, encrypted, no store, wrong usage)',
      ),
  run: async (args: PreflightArguments, context: CliContext): Promise<void> => {
    const { preflightStore } = await import('../../operation/preflight/run.ts');
    const found = await preflightStore(args.dataDir, {
      ...selectOptions(args, context),
      ...atOption(args),
      ...(args.serverVersion === undefined ? {} : { serverVersion: args.serverVersion }),
    });
    const report = { ...found, status: raisedStatus(found.status, args.criticalWarnings === true) };
    context.progress.end();
    if (context.isJson)
      for (const chunk of (await import('../../report/json.ts')).jsonChunks(report))
        await context.write(chunk);
    else if (!context.isQuiet)
      await context.write(
        (await import('../../report/text/preflight.ts')).preflightText(report, context.palette),
      );
    context.setExit(exitOfStatus(report.status));
  },
};

interface PreflightArguments extends SelectArguments, AtArguments {
  readonly dataDir: string;
  readonly serverVersion?: string;
  readonly criticalWarnings?: boolean;
}
