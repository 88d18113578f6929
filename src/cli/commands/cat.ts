import type { Argv } from 'yargs';
import { mayLackMessages } from '../../findings/status.ts';
import type { CatResult } from '../../operation/cat/types.ts';
import type { StoredMessage } from '../../operation/content/message-walk.ts';
import type { MessageFilter } from '../../operation/filter/types.ts';
import { RENDERING, startThreadsAhead } from '../../operation/threads-ahead.ts';
import { escapeText } from '../../report/escape.ts';
import type { MessageLines } from '../../report/message-lines.ts';
import { countText } from '../../report/units.ts';
import type { CliContext } from '../context.ts';
import { tellDamage, tellDeletes } from '../damage-notes.ts';
import { FILTER_FLAGS, filterOptions, type FilterArguments } from '../filter-options.ts';
import { keepHeapSmall, letHeapGrow } from '../small-heap.ts';
import { ARCHIVE, pathOption, SELECT_FLAGS, selectOptions, type SelectArguments } from '../options.ts';

export const catCommand = {
  command: 'cat <archive>',
  describe: 'messages as lines of JSON; keys of a KV bucket',
  builder: (y: Argv): Argv =>
    y
      .positional('archive', ARCHIVE)
      .options(SELECT_FLAGS)
      .options(FILTER_FLAGS)
      .options({
        raw: { type: 'boolean', describe: 'payloads only, as they are, one behind the other' },
        text: {
          type: 'boolean',
          describe: 'add decoded headers and text where the bytes are UTF-8; with --kv a table',
        },
        kv: { type: 'boolean', describe: 'the keys of KV buckets, each with its newest revision' },
        history: { type: 'boolean', describe: 'with --kv: every revision that is left' },
        object: { type: 'string', describe: 'take this object out of an object store', requiresArg: true },
        out: { type: 'string', describe: 'with --object: the file to write', requiresArg: true },
      })
      .conflicts('raw', ['text', 'kv'])
      .conflicts('object', ['raw', 'text', 'kv', ...NO_OBJECT_FILTERS])
      .implies({ history: 'kv', object: 'out', out: 'object' })
      .example('$0 cat backups/ORDERS --seq 17 --text', 'one message')
      .example("$0 cat stream.tar.s2 --subject 'orders.*.paid' --after 2h", 'what came in')
      .example('$0 cat backups/KV_settings --kv --text --before 1d', 'a bucket as it was a day ago')
      .example('$0 cat backups/OBJ_media --object a.png --out a.png', 'an object, its digest checked')
      .epilogue(
        'EXIT STATUS: 0 done, 1 failed, 2 wrong usage, 3 done, but something selected was damaged or missing',
      ),
  run: async (args: CatArguments, context: CliContext): Promise<void> => {
    if (args.object !== undefined && args.out !== undefined)
      await takeOut(args.object, args.out, args, context);
    else if (args.kv === true) await keyValues(args, context);
    else await messages(args, context);
  },
};

async function messages(args: CatArguments, context: CliContext): Promise<void> {
  const ahead = await startThreadsAhead(args.archive, { ...args, ...RENDERING });
  const { catMessages, catText } = await import('../../operation/cat/run.ts');
  const { lineStart, messageLines } = await import('../../report/message-lines.ts');
  const filter = filterOptions(args);
  const options = { ...selectOptions(args, context), ...filter, ...RENDERING };
  const { raw = false, text = false } = args;
  if (ahead.isLarge && !text) keepHeapSmall(ahead.ready);
  let lines: MessageLines | undefined;
  const write = async (lot: readonly StoredMessage[], streams: number): Promise<void> => {
    if (raw) for (const message of lot) await context.write(message.data);
    else {
      lines ??= messageLines({ withText: text, withStream: streams > 1 });
      for (const chunk of lines(lot)) await context.write(chunk);
    }
  };
  const result = text
    ? await catMessages(args.archive, options, write)
    : await catText(args.archive, options, {
        start: (stream, streams) => (raw ? null : lineStart(stream, streams > 1)),
        text: async (bytes) => context.write(bytes),
        messages: async (lot, streams) => {
          letHeapGrow();
          await write(lot, streams);
        },
      });
  context.progress.end();
  tellResult(result, filter, context);
}

/** What is not whole, and that nothing was given out where filters were the reason. */
function tellResult(result: CatResult, filter: MessageFilter, context: CliContext): void {
  const { messages, held, findings, notes, leftOut } = result;
  tellDamage(findings, context);
  tellDeletes(notes, context);
  for (const text of leftOut) context.note(`natsarc: ${escapeText(text)}`);
  const isTold = held === 0 && findings.some(mayLackMessages);
  if (Object.keys(filter).length > 0 && messages === 0 && !isTold)
    context.note(`natsarc: no message fits the filters; looked through ${countText(held)}`);
}

async function keyValues(args: CatArguments, context: CliContext): Promise<void> {
  const { catKeyValues } = await import('../../operation/kv/run.ts');
  const { kvLines } = await import('../../report/kv-lines.ts');
  const { kvRows, kvTitle } = await import('../../report/text/kv.ts');
  const isTable = args.text === true && !context.isJson;
  const filter = filterOptions(args);
  const options = { ...selectOptions(args, context), ...filter, history: args.history === true };
  let bucket = '';
  const result = await catKeyValues(args.archive, options, async (entries) => {
    if (!isTable) return context.write(kvLines(entries));
    const [{ account, bucket: name } = { account: null, bucket: '' }] = entries;
    const title = account === null ? name : `${account}/${name}`;
    if (title !== bucket) await context.write(`${bucket === '' ? '' : '\n'}${kvTitle(title)}`);
    bucket = title;
    await context.write(kvRows(entries));
  });
  context.progress.end();
  tellResult(result, filter, context);
}

/** Of the filters only those that end the stream earlier make sense of an object. */
const NO_OBJECT_FILTERS = Object.keys(FILTER_FLAGS).filter((flag) => flag !== 'before' && flag !== 'max-seq');

async function takeOut(name: string, out: string, args: CatArguments, context: CliContext): Promise<void> {
  const { takeObject } = await import('../../operation/object/run.ts');
  const { mustBeNew, writeFileWhole } = await import('../write-file.ts');
  mustBeNew(pathOption(out, 'out'), [args.archive]);
  const options = { ...selectOptions(args, context), ...filterOptions(args) };
  const info = await writeFileWhole(out, async (write) => takeObject(args.archive, name, options, write));
  context.progress.end();
  if (info.digest === null) context.note(`natsarc: object ${name} has no digest; only its size was checked`);
}

interface CatArguments extends SelectArguments, FilterArguments {
  readonly archive: string;
  readonly raw?: boolean;
  readonly text?: boolean;
  readonly kv?: boolean;
  readonly history?: boolean;
  readonly object?: string;
  readonly out?: string;
}
