import { UsageError } from '../core/error.ts';
import type { JsonObject } from '../core/json.ts';
import { systemErrorText } from '../core/system-error.ts';
import type { WriteOptions } from '../operation/write/types.ts';
import type { CliContext } from './context.ts';
import { pathOption, selectOptions, type SelectArguments } from './options.ts';

/** Flags of every command that writes streams. */
export const CHANGE_FLAGS = {
  'map-subject': {
    type: 'string',
    array: true,
    nargs: 1,
    describe: "store subjects under others: 'orders.>=copy.orders.>'; repeatable",
    requiresArg: true,
  },
  consumers: { type: 'boolean', default: true, describe: 'with the consumers; --no-consumers: without' },
  config: { type: 'string', describe: 'file with the configuration to give the stream', requiresArg: true },
  replicas: { type: 'number', describe: 'replicas to configure', requiresArg: true },
  cluster: { type: 'string', describe: 'cluster to place it in', requiresArg: true },
  tag: {
    type: 'string',
    array: true,
    nargs: 1,
    describe: 'tag of servers to place it on; repeatable',
    requiresArg: true,
  },
  check: {
    type: 'boolean',
    default: false,
    describe: 'verify the archive first; stop at a critical finding',
  },
  'dry-run': { type: 'boolean', default: false, describe: 'only tell what would be done' },
} as const;

export const OUT_FLAG = {
  out: {
    type: 'string',
    demandOption: true,
    describe: 'what to make; absent, or an empty folder',
    requiresArg: true,
  },
} as const;

export const WRITER_EXIT_STATUS =
  'EXIT STATUS: 0 done, 1 failed and nothing is at the target, 2 wrong usage, 3 done, with the reported loss';

/** What the flags of a writing command ask for. Throws UsageError. */
export async function writeOptions(args: WriteArguments, context: CliContext): Promise<WriteOptions> {
  return {
    ...selectOptions(args, context),
    ...(await changeOptions(args)),
    target: pathOption(args.out, 'out'),
    check: args.check,
    dryRun: args.dryRun,
  };
}

/** What the flags of CHANGE_FLAGS ask for. Throws UsageError. */
export async function changeOptions(args: ChangeArguments): Promise<Omit<WriteOptions, 'target'>> {
  const { replicas } = args;
  if (replicas !== undefined && !(Number.isInteger(replicas) && replicas >= 1 && replicas <= 5))
    throw new UsageError('--replicas takes a number from 1 to 5');
  return {
    ...(args.mapSubject === undefined ? {} : { mapSubjects: args.mapSubject }),
    noConsumers: !args.consumers,
    ...(args.config === undefined ? {} : { config: await configOf(args.config) }),
    ...(replicas === undefined ? {} : { replicas }),
    ...(args.cluster === undefined ? {} : { cluster: args.cluster }),
    ...(args.tag === undefined ? {} : { tags: args.tag }),
  };
}

async function configOf(path: string): Promise<JsonObject> {
  const { readFile } = await import('node:fs/promises');
  const { objectField, parseJsonObject } = await import('../core/json.ts');
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new UsageError(`--config: ${systemErrorText(error, path)}`);
  });
  const parsed = parseJsonObject(bytes);
  if (!parsed.ok) throw new UsageError(`--config: ${path}: ${parsed.fault}`);
  return objectField(parsed.value, 'config') ?? parsed.value;
}

export interface ChangeArguments {
  readonly mapSubject?: string[] | undefined;
  readonly consumers: boolean;
  readonly config?: string | undefined;
  readonly replicas?: number | undefined;
  readonly cluster?: string | undefined;
  readonly tag?: string[] | undefined;
  readonly check: boolean;
  readonly dryRun: boolean;
}

export interface WriteArguments extends SelectArguments, ChangeArguments {
  readonly archive: string;
  readonly out: string;
}
