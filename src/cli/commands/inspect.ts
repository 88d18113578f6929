import type { Argv } from 'yargs';
import { UsageError } from '../../core/error.ts';
import type { CliContext } from '../context.ts';
import { tellRunningServer } from '../damage-notes.ts';
import { exitOfFindings } from '../exit-code.ts';
import { ARCHIVE, SELECT_FLAGS, selectOptions, type SelectArguments } from '../options.ts';

export const inspectCommand = {
  command: 'inspect <archive>',
  describe: 'what is in it: configuration, state, blocks, consumers, subjects, gaps',
  builder: (y: Argv): Argv =>
    y
      .positional('archive', ARCHIVE)
      .options(SELECT_FLAGS)
      .options({
        deep: { type: 'boolean', describe: 'read every block, not just indexes, heads and tails' },
        blocks: { type: 'boolean', describe: 'list every block' },
        consumers: { type: 'boolean', describe: 'list every consumer' },
        subjects: { type: 'boolean', describe: 'list the subjects with the most messages' },
        top: { type: 'number', default: 20, describe: 'how many subjects', requiresArg: true },
        gaps: { type: 'boolean', describe: 'list every deleted sequence' },
      })
      .example('$0 inspect backups/ORDERS', 'a stream backup')
      .example("$0 inspect /var/lib/nats --account '$G' --stream ORDERS --gaps", 'one stream of a store')
      .epilogue(
        'EXIT STATUS: 0 done, 1 failed, 2 wrong usage, 3 done, but something selected was damaged or missing',
      ),
  run: async (args: InspectArguments, context: CliContext): Promise<void> => {
    if (!(Number.isInteger(args.top) && args.top >= 1))
      throw new UsageError('--top takes a number from 1 on');
    const { inspectArchive } = await import('../../operation/inspect/run.ts');
    const report = await inspectArchive(args.archive, {
      ...selectOptions(args, context),
      deep: args.deep === true,
      gaps: args.gaps === true,
      subjects: args.subjects === true,
      top: args.top,
    });
    context.progress.end();
    if (context.isJson) {
      const { jsonChunks } = await import('../../report/json.ts');
      for (const chunk of jsonChunks(report)) await context.write(chunk);
    } else {
      const { inspectText } = await import('../../report/text/inspect.ts');
      const isFull = { blocks: args.blocks === true, consumers: args.consumers === true };
      await context.write(inspectText(report, context.palette, isFull));
    }
    tellRunningServer(report.findings, context);
    context.setExit(exitOfFindings(report.findings));
  },
};

interface InspectArguments extends SelectArguments {
  readonly archive: string;
  readonly deep?: boolean;
  readonly blocks?: boolean;
  readonly consumers?: boolean;
  readonly subjects?: boolean;
  readonly gaps?: boolean;
  readonly top: number;
}
