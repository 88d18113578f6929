import { UsageError } from '../core/error.ts';
import { isSubjectPattern } from '../core/subject.ts';
import { checkRanges } from '../operation/filter/check-ranges.ts';
import type { HeaderCondition, MessageFilter } from '../operation/filter/types.ts';
import { sequenceOption, timeOption } from './options.ts';

/** Flags that choose messages, for every command that takes some of them. */
export const FILTER_FLAGS = {
  seq: { type: 'string', describe: 'only this sequence', requiresArg: true },
  'min-seq': { type: 'string', describe: 'from this sequence on', requiresArg: true },
  'max-seq': { type: 'string', describe: 'up to this sequence', requiresArg: true },
  subject: {
    type: 'string',
    array: true,
    nargs: 1,
    describe: 'only these subjects (NATS wildcards); repeatable',
    requiresArg: true,
  },
  after: { type: 'string', describe: 'stored at or after a time, or an age such as 2h', requiresArg: true },
  before: { type: 'string', describe: 'stored at or before a time, or an age', requiresArg: true },
  header: {
    type: 'string',
    array: true,
    nargs: 1,
    describe: 'with this header, NAME or NAME=VALUE; repeatable, all must be there',
    requiresArg: true,
  },
  grep: { type: 'string', describe: 'payload matches a regular expression', requiresArg: true },
  'last-per-subject': {
    type: 'number',
    describe: 'of what fits the above, the newest so many of each subject',
    requiresArg: true,
  },
  limit: { type: 'number', describe: 'how many messages at most', requiresArg: true },
} as const;

export interface FilterArguments {
  readonly seq?: string | undefined;
  readonly minSeq?: string | undefined;
  readonly maxSeq?: string | undefined;
  readonly subject?: string[] | undefined;
  readonly after?: string | undefined;
  readonly before?: string | undefined;
  readonly header?: string[] | undefined;
  readonly grep?: string | undefined;
  readonly lastPerSubject?: number | undefined;
  readonly limit?: number | undefined;
}

/** Throws UsageError. */
export function filterOptions(args: FilterArguments): MessageFilter {
  const wrong = args.subject?.find((subject) => !isSubjectPattern(subject));
  if (wrong !== undefined) throw new UsageError(`--subject '${wrong}' is no subject`);
  if (args.seq !== undefined && (args.minSeq ?? args.maxSeq) !== undefined)
    throw new UsageError('--seq is one sequence, --min-seq and --max-seq are a range: give one or the other');
  const seq = sequenceOption(args.seq, 'seq');
  const fields = {
    subjects: args.subject,
    minSeq: seq ?? sequenceOption(args.minSeq, 'min-seq'),
    maxSeq: seq ?? sequenceOption(args.maxSeq, 'max-seq'),
    afterNs: timeOption(args.after, 'after'),
    beforeNs: timeOption(args.before, 'before'),
    headers: args.header?.map(headerCondition),
    grep: args.grep === undefined ? undefined : grepPattern(args.grep),
    lastPerSubject: countOption(args.lastPerSubject, 'last-per-subject'),
    limit: countOption(args.limit, 'limit'),
  };
  const filter = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  checkRanges(filter);
  return filter;
}

function countOption(count: number | undefined, flag: string): number | undefined {
  if (count !== undefined && !(Number.isInteger(count) && count >= 1))
    throw new UsageError(`--${flag} takes a number from 1 on`);
  return count;
}

function headerCondition(text: string): HeaderCondition {
  const [name = ''] = text.split('=', 1);
  if (name === '') throw new UsageError(`--header takes NAME or NAME=VALUE, not ${text}`);
  return { name, value: name === text ? null : text.slice(name.length + 1) };
}

function grepPattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new UsageError(`--grep: ${error instanceof Error ? error.message : String(error)}`);
  }
}
