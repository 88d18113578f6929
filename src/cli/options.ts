import { parseAgeNs, parseTimeNs } from '../core/time.ts';
import { UsageError } from '../core/error.ts';
import type { SelectOptions } from '../operation/types.ts';
import type { CliContext } from './context.ts';

/** What `-` becomes before the arguments are parsed: the parser makes nothing of a lone dash. */
export const STANDARD_INPUT = 'standard input';

/** The archive that a command opens. */
export const ARCHIVE = {
  type: 'string',
  demandOption: true,
  describe: 'backup, snapshot, store, stream folder, block, or - for standard input',
  coerce: (path: string): string => {
    if (path === '') throw new UsageError('the archive has no name');
    return path === STANDARD_INPUT ? '-' : path;
  },
} as const;

/** Flags of every command. */
export const GLOBAL_FLAGS = {
  json: { alias: 'j', type: 'boolean', describe: 'print JSON' },
  quiet: {
    alias: 'q',
    type: 'boolean',
    describe: 'no notes; commands that judge or write print no text, their exit code tells',
  },
  progress: {
    type: 'boolean',
    default: true,
    describe: 'show a progress bar on a terminal; --no-progress: log lines',
  },
  color: {
    choices: ['auto', 'always', 'never'] as const,
    default: 'auto' as const,
    describe: 'colour the output',
  },
} as const;

/** Flags that every command that opens an archive takes. */
export const SELECT_FLAGS = {
  account: { type: 'string', describe: 'only this account (* allowed)', requiresArg: true },
  stream: {
    type: 'string',
    array: true,
    describe: 'only this stream (* allowed); repeatable',
    requiresArg: true,
    nargs: 1,
  },
  block: {
    type: 'number',
    describe: "number of a single block, where its file's name does not tell",
    requiresArg: true,
  },
  jobs: { type: 'number', describe: 'threads', requiresArg: true },
  'key-file': {
    type: 'string',
    describe: 'key of an encrypted store: refused, since none can be opened yet',
    requiresArg: true,
  },
  'prev-key-file': { type: 'string', describe: 'its previous key: refused too', requiresArg: true },
} as const;

export interface SelectArguments {
  readonly account?: string | undefined;
  readonly stream?: string[] | undefined;
  readonly block?: number | undefined;
  readonly jobs?: number | undefined;
  readonly keyFile?: string | undefined;
  readonly prevKeyFile?: string | undefined;
}

export function selectOptions(args: SelectArguments, context: CliContext): SelectOptions {
  if (args.jobs !== undefined && !(Number.isInteger(args.jobs) && args.jobs >= 1))
    throw new UsageError('--jobs takes a number from 1 on');
  if (args.block !== undefined && !isBlockNumber(args.block))
    throw new UsageError('--block takes the number of a block, from 0 on');
  refuseKey(args.keyFile, 'key-file');
  refuseKey(args.prevKeyFile, 'prev-key-file');
  return {
    ...(args.account === undefined ? {} : { account: args.account }),
    ...(args.stream === undefined ? {} : { streams: args.stream }),
    ...(args.block === undefined ? {} : { blockNumber: args.block }),
    ...(args.jobs === undefined ? {} : { jobs: args.jobs }),
    ...workOptions(context),
  };
}

/** What ends work early, and whom it tells how far it is. */
export function workOptions({ signal, progress }: CliContext): Pick<SelectOptions, 'signal' | 'onProgress'> {
  return { signal, ...(progress.report === null ? {} : { onProgress: progress.report }) };
}

/** Servers keep it in 32 bits. */
function isBlockNumber(block: number): boolean {
  return Number.isInteger(block) && block >= 0 && block < 2 ** 32;
}

/** Whoever names a key expects that the data is opened with it. */
function refuseKey(file: string | undefined, flag: string): void {
  if (file !== undefined)
    throw new UsageError(
      `--${flag}: encrypted data cannot be opened yet; leave it out to see what is in clear`,
    );
}

/** Where something is written. Without the flag standard output is. Throws UsageError. */
export function pathOption(path: string, flag: string): string {
  if (path === '' || path === '-') throw new UsageError(`--${flag} takes a path, not ${path || 'nothing'}`);
  return path;
}

/** The clock of predictions. */
export const AT_FLAG = {
  type: 'string',
  describe: 'predict as of this time, or an age ago: limits and TTLs are applied (default: now)',
  requiresArg: true,
} as const;

export interface AtArguments {
  readonly at?: string | undefined;
}

/** Throws UsageError. */
export function atOption({ at }: AtArguments): Pick<SelectOptions, 'atNs'> {
  const atNs = timeOption(at, 'at');
  return atNs === undefined ? {} : { atNs };
}

/** A sequence from the command line, every digit kept. */
export function sequenceOption(text: string | undefined, flag: string): bigint | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,20}$/.test(text)) throw new UsageError(`--${flag} takes a sequence, not ${text}`);
  return BigInt(text);
}

/** A time: RFC 3339, or an age such as `2h` counted back from now. */
export function timeOption(text: string | undefined, flag: string): bigint | undefined {
  if (text === undefined) return undefined;
  const age = parseAgeNs(text);
  const time = age === null ? parseTimeNs(text) : BigInt(Date.now()) * 1_000_000n - age;
  if (time === null)
    throw new UsageError(
      `--${flag} takes a time such as 2026-11-21T14:05:00Z or an age such as 2h, not ${text}`,
    );
  return time;
}
