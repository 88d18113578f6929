import type { Argv } from 'yargs';
import type { CliContext } from '../context.ts';
import { exitOfFindings } from '../exit-code.ts';
import { FILTER_FLAGS, filterOptions, type FilterArguments } from '../filter-options.ts';
import { ARCHIVE, SELECT_FLAGS, selectOptions, type SelectArguments } from '../options.ts';

export const catCommand = {
  command: 'cat <archive>',
  describe: 'messages as lines of JSON',
  builder: (y: Argv): Argv =>
    y
      .positional('archive', ARCHIVE)
      .options(SELECT_FLAGS)
      .options(FILTER_FLAGS)
      .options({
        raw: { type: 'boolean', describe: 'payloads only, as they are, one behind the other' },
        text: { type: 'boolean', describe: 'add decoded headers and text where the bytes are UTF-8' },
      })
      .conflicts('raw', 'text')
      .example('$0 cat backups/ORDERS --seq 17 --text', 'one message')
      .example("$0 cat stream.tar.s2 --subject 'orders.*.paid' --after 2h", 'what came in')
      .epilogue(
        'EXIT STATUS: 0 done, 1 failed, 2 wrong usage, 3 done, but something selected was damaged or missing',
      ),
  run: async (args: CatArguments, context: CliContext): Promise<void> => {
    const { catMessages } = await import('../../operation/cat/run.ts');
    const { messageLines } = await import('../../report/message-lines.ts');
    const result = await catMessages(
      args.archive,
      { ...selectOptions(args, context), ...filterOptions(args) },
      async (messages) => {
        if (args.raw === true) for (const message of messages) await context.write(message.data);
        else await context.write(messageLines(messages, args.text === true));
      },
    );
    context.progress.end();
    const seen = new Set<string>();
    for (const finding of result.findings) {
      if (finding.severity !== 'critical' && finding.code !== 'ENC_KEY_REQUIRED') continue;
      const line = `natsarc: ${finding.code}: ${finding.message}${finding.file === undefined ? '' : ` in ${finding.file}`}`;
      if (!seen.has(line) && seen.size < 20) context.note(line);
      seen.add(line);
    }
    context.setExit(exitOfFindings(result.findings));
  },
};

interface CatArguments extends SelectArguments, FilterArguments {
  readonly archive: string;
  readonly raw?: boolean;
  readonly text?: boolean;
}
