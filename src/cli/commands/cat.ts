import type { Argv } from 'yargs';
import { UsageError } from '../../core/error.ts';
import { isSubjectPattern } from '../../core/subject.ts';
import type { CliContext } from '../context.ts';
import { exitOfFindings } from '../exit-code.ts';
import {
  ARCHIVE,
  SELECT_FLAGS,
  selectOptions,
  sequenceOption,
  timeOption,
  type SelectArguments,
} from '../options.ts';

export const catCommand = {
  command: 'cat <archive>',
  describe: 'messages as lines of JSON',
  builder: (y: Argv): Argv =>
    y
      .positional('archive', ARCHIVE)
      .options(SELECT_FLAGS)
      .options({
        seq: { type: 'string', describe: 'only this sequence', requiresArg: true },
        subject: {
          type: 'string',
          array: true,
          nargs: 1,
          describe: 'only these subjects (NATS wildcards); repeatable',
          requiresArg: true,
        },
        'min-seq': { type: 'string', describe: 'from this sequence on', requiresArg: true },
        'max-seq': { type: 'string', describe: 'up to this sequence', requiresArg: true },
        after: {
          type: 'string',
          describe: 'stored at or after a time, or an age such as 2h',
          requiresArg: true,
        },
        before: { type: 'string', describe: 'stored at or before a time, or an age', requiresArg: true },
        limit: { type: 'number', describe: 'how many messages at most', requiresArg: true },
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
      { ...selectOptions(args, context), ...filterOf(args) },
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

function filterOf(args: CatArguments): object {
  if (args.limit !== undefined && !(Number.isInteger(args.limit) && args.limit >= 1))
    throw new UsageError('--limit takes a number from 1 on');
  const wrong = args.subject?.find((subject) => !isSubjectPattern(subject));
  if (wrong !== undefined) throw new UsageError(`--subject ${wrong} is no subject`);
  const seq = sequenceOption(args.seq, 'seq');
  const fields = {
    subjects: args.subject,
    minSeq: seq ?? sequenceOption(args.minSeq, 'min-seq'),
    maxSeq: seq ?? sequenceOption(args.maxSeq, 'max-seq'),
    afterNs: timeOption(args.after, 'after'),
    beforeNs: timeOption(args.before, 'before'),
    limit: args.limit,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

interface CatArguments extends SelectArguments {
  readonly archive: string;
  readonly seq?: string;
  readonly subject?: string[];
  readonly minSeq?: string;
  readonly maxSeq?: string;
  readonly after?: string;
  readonly before?: string;
  readonly limit?: number;
  readonly raw?: boolean;
  readonly text?: boolean;
}
