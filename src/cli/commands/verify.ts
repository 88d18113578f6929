import type { Argv } from 'yargs';
import { startThreadsAhead, VERIFYING } from '../../operation/threads-ahead.ts';
import { raisedStatus } from '../../findings/status.ts';
import type { VerifyReport } from '../../operation/types.ts';
import type { CliContext } from '../context.ts';
import { exitOfStatus } from '../exit-code.ts';
import {
  ARCHIVE,
  AT_FLAG,
  atOption,
  pathOption,
  SELECT_FLAGS,
  selectOptions,
  type AtArguments,
  type SelectArguments,
} from '../options.ts';

const FORMATS = ['text', 'json', 'nagios', 'prometheus', 'junit'] as const;
type Format = (typeof FORMATS)[number];

export const verifyCommand = {
  command: 'verify <archive>',
  describe: 'every checksum, every invariant, declared against actual',
  builder: (y: Argv): Argv =>
    y
      .positional('archive', ARCHIVE)
      .options(SELECT_FLAGS)
      .options({
        check: { type: 'boolean', describe: 'the form for pipelines: one status line (as --format nagios)' },
        format: { choices: FORMATS, describe: 'how to print the result', requiresArg: true },
        outfile: {
          type: 'string',
          describe: 'write the result to this file, whole or not at all',
          requiresArg: true,
        },
        at: AT_FLAG,
        'critical-warnings': { alias: 'w', type: 'boolean', describe: 'warnings are critical' },
      })
      .conflicts('json', 'format')
      .example('$0 verify backups/ORDERS', 'a stream backup')
      .example('$0 verify --check - < stream.tar.s2', 'in a pipeline')
      .epilogue(
        'EXIT STATUS: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN (could not be read, not supported, wrong usage); --format prometheus: always 0',
      ),
  run: async (args: VerifyArguments, context: CliContext): Promise<void> => {
    if (args.outfile !== undefined) {
      const { mustLieOutside } = await import('../../operation/write/outside-archive.ts');
      mustLieOutside(args.archive, pathOption(args.outfile, 'outfile'));
    }
    const ahead = await startThreadsAhead(args.archive, { ...args, ...VERIFYING });
    const { verifyArchive } = await import('../../operation/verify/run.ts');
    const { unreadableReport } = await import('../../operation/verify/unreadable.ts');
    if (ahead.isLarge) {
      const { compileLater, keepHeapSmall } = await import('../small-heap.ts');
      keepHeapSmall(ahead.ready);
      compileLater(ahead.ready);
    }
    const options = { ...selectOptions(args, context), ...atOption(args) };
    const found = await verifyArchive(args.archive, options).catch((error: unknown) =>
      unreadableReport(args.archive, error),
    );
    const isWarningCritical = args.criticalWarnings === true;
    const report = { ...found, status: raisedStatus(found.status, isWarningCritical) };
    context.progress.end();
    const format: Format = args.format ?? (context.isJson ? 'json' : args.check === true ? 'nagios' : 'text');
    if (args.outfile !== undefined) {
      const { writeFileWhole } = await import('../write-file.ts');
      const chunks = await render(report, format, args, context);
      await writeFileWhole(args.outfile, async (write) => {
        for (const chunk of chunks) await write(chunk);
      });
    } else if (!(context.isQuiet && format === 'text'))
      for (const chunk of await render(report, format, args, context)) await context.write(chunk);
    context.setExit(format === 'prometheus' ? 0 : exitOfStatus(report.status));
  },
};

async function render(
  report: VerifyReport,
  format: Format,
  args: VerifyArguments,
  context: CliContext,
): Promise<Iterable<string>> {
  const isWarningCritical = args.criticalWarnings === true;
  switch (format) {
    case 'json':
      return (await import('../../report/json.ts')).jsonChunks(report);
    case 'nagios':
      return [(await import('../../report/verify-line.ts')).nagiosLine(report)];
    case 'prometheus':
      return [(await import('../../report/prometheus.ts')).prometheusText(report, args.archive)];
    case 'junit':
      return [(await import('../../report/junit.ts')).junitText(report, args.archive, isWarningCritical)];
    case 'text':
      return [
        (await import('../../report/text/verify.ts')).verifyText(report, context.palette, isWarningCritical),
      ];
  }
}

interface VerifyArguments extends SelectArguments, AtArguments {
  readonly archive: string;
  readonly check?: boolean;
  readonly format?: Format;
  readonly outfile?: string;
  readonly criticalWarnings?: boolean;
}
