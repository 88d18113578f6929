import type { Argv } from 'yargs';
import { UsageError } from '../../core/error.ts';
import { systemErrorText } from '../../core/system-error.ts';
import type { RepairOptions, RepairResult } from '../../operation/repair/types.ts';
import type { RepairForm } from '../../operation/salvage/types.ts';
import { startThreadsAhead, WRITING } from '../../operation/threads-ahead.ts';
import { escapeText } from '../../report/escape.ts';
import { jsonChunks } from '../../report/json.ts';
import type { CliContext } from '../context.ts';
import { tellRunningServer } from '../damage-notes.ts';
import { EXIT } from '../exit-code.ts';
import { ARCHIVE, pathOption, SELECT_FLAGS } from '../options.ts';
import { writeError } from '../standard-error.ts';
import { CHANGE_FLAGS, writeOptions, type WriteArguments } from '../change-options.ts';

export const repairCommand = {
  command: 'repair <archive>',
  describe: 'salvage: every intact message of a damaged archive, and a report of the rest',
  builder: (y: Argv): Argv =>
    y
      .positional('archive', ARCHIVE)
      .options(SELECT_FLAGS)
      .options({
        to: {
          choices: ['backup', 'store'] as const,
          describe:
            'a backup or a store; else a store of a whole store (unless of a cluster), a backup of all else',
        },
        out: {
          type: 'string',
          demandOption: true,
          describe: 'the folder to make; absent, or empty',
          requiresArg: true,
        },
        'loss-report': {
          type: 'string',
          describe: 'write what became of every lost sequence to this file, as JSON',
          requiresArg: true,
        },
      })
      .options({
        from: {
          type: 'string',
          array: true,
          nargs: 1,
          describe: 'another archive of the same streams, a replica or an older backup; repeatable',
          requiresArg: true,
        },
        prefer: {
          type: 'string',
          describe: 'the archive that is believed where intact copies differ',
          requiresArg: true,
        },
        undelete: {
          type: 'boolean',
          default: false,
          describe: 'deleted messages too, where their bytes are still there; limits are lifted',
        },
      })
      .options(CHANGE_FLAGS)
      .example('$0 repair backups/ORDERS --out repaired --loss-report lost.json', 'a damaged backup')
      .example('$0 repair /var/lib/nats --out repaired', 'a damaged store')
      .example('$0 repair n1/ORDERS --from n2/ORDERS --from n3/ORDERS --out healed', 'from its replicas')
      .epilogue(
        'EXIT STATUS: 0 nothing was lost, 1 failed and nothing is at the target, 2 wrong usage, 3 done, with the reported loss, or without the loss report',
      ),
  run: async (args: RepairArguments, context: CliContext): Promise<void> => {
    const { lossReport } = args;
    if (lossReport !== undefined) {
      const { mustBeNew } = await import('../write-file.ts');
      mustBeNew(pathOption(lossReport, 'loss-report'), [args.archive, ...(args.from ?? []), args.out]);
    }
    const ahead = await startThreadsAhead(args.archive, { ...args, ...WRITING });
    if (ahead.isLarge) (await import('../small-heap.ts')).keepHeapSmall(ahead.ready);
    const { result, unwritten } =
      lossReport === undefined
        ? { result: await repaired(args, context), unwritten: null }
        : await repairedAndReported(lossReport, async () => repaired(args, context));
    const { written, isLossy } = result;
    if (context.isJson) for (const chunk of jsonChunks(written)) await context.write(chunk);
    else if (!context.isQuiet) {
      const { repairText } = await import('../../report/text/repair.ts');
      await context.write(repairText(result, context.palette));
    }
    tellRunningServer(written.findings, context);
    if (unwritten !== null) writeError(`natsarc: ${escapeText(unwritten)}\n`);
    context.setExit(isLossy || unwritten !== null ? EXIT.damaged : EXIT.done);
  },
};

async function repaired(args: RepairArguments, context: CliContext): Promise<RepairResult> {
  const { repairArchive } = await import('../../operation/repair/run.ts');
  const result = await repairArchive(args.archive, await repairOptions(args, context));
  context.progress.end();
  return result;
}

/**
 * Opens the loss report first, so that nothing is written where it cannot be made. `unwritten`: why it is not there although the
 * repair is done.
 */
async function repairedAndReported(
  path: string,
  repair: () => Promise<RepairResult>,
): Promise<{ readonly result: RepairResult; readonly unwritten: string | null }> {
  const { writeFileWhole } = await import('../write-file.ts');
  const done: RepairResult[] = [];
  try {
    // The report is not the target: --dry-run writes it, too.
    const result = await writeFileWhole(path, async (write) => {
      const repaired = await repair();
      done.push(repaired);
      for (const chunk of inPieces(jsonChunks(repaired.loss))) await write(chunk);
      return repaired;
    });
    return { result, unwritten: null };
  } catch (error) {
    const [result] = done;
    if (result === undefined) throw error;
    return { result, unwritten: unwrittenText(result, systemErrorText(error, path)) };
  }
}

function unwrittenText({ written }: RepairResult, reason: string): string {
  const isThere = written.type === 'natsarc.v1.written';
  return `the loss report could not be written: ${reason}${isThere ? `; ${written.target} is there, whole` : ''}`;
}

const PIECE_CHARACTERS = 64 * 1024;

/** A report may list a hundred thousand ranges: a write for each word would take minutes. */
function* inPieces(chunks: Iterable<string>): Generator<string> {
  let text = '';
  for (const chunk of chunks) {
    text += chunk;
    if (text.length < PIECE_CHARACTERS) continue;
    yield text;
    text = '';
  }
  yield text;
}

async function repairOptions(args: RepairArguments, context: CliContext): Promise<RepairOptions> {
  return {
    ...(await writeOptions(args, context)),
    ...(args.to === undefined ? {} : { to: args.to }),
    ...(args.from === undefined ? {} : { from: args.from }),
    ...(args.prefer === undefined ? {} : { prefer: placeOf(args.prefer, args) }),
    undelete: args.undelete,
  };
}

function placeOf(path: string, args: RepairArguments): number {
  const place = [args.archive, ...(args.from ?? [])].indexOf(path);
  if (place < 0) throw new UsageError('--prefer takes one of the archives that are read');
  return place;
}

interface RepairArguments extends WriteArguments {
  readonly to?: RepairForm;
  readonly lossReport?: string;
  readonly from?: string[];
  readonly prefer?: string;
  readonly undelete: boolean;
}
