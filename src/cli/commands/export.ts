import type { Argv } from 'yargs';
import type { ExportWriter } from '../../report/export/writer.ts';
import type { CliContext } from '../context.ts';
import { isOfManifest } from '../../findings/status.ts';
import { EXIT } from '../exit-code.ts';
import { tellDamage, tellDeletes } from '../damage-notes.ts';
import { FILTER_FLAGS, filterOptions, type FilterArguments } from '../filter-options.ts';
import { ARCHIVE, pathOption, SELECT_FLAGS, selectOptions, type SelectArguments } from '../options.ts';

const FORMS = ['json', 'ndjson', 'parquet'] as const;
type Form = (typeof FORMS)[number];

export const exportCommand = {
  command: 'export <archive>',
  describe: 'a whole stream, metadata and messages, in a form for other programs',
  builder: (y: Argv): Argv =>
    y
      .positional('archive', ARCHIVE)
      .options(SELECT_FLAGS)
      .options(FILTER_FLAGS)
      .options({
        to: { choices: FORMS, demandOption: true, describe: 'the form', requiresArg: true },
        out: { type: 'string', describe: 'the file to write; else standard output', requiresArg: true },
      })
      .example('$0 export backups/ORDERS --to json --out orders.json', 'one document')
      .example('$0 export /var/lib/nats --stream ORDERS --to ndjson | jq -r .subject', 'line by line')
      .example('$0 export stream.tar.s2 --to parquet --out orders.parquet', 'a table for DuckDB and others')
      .epilogue(
        'EXIT STATUS: 0 done, 1 failed, 2 wrong usage, 3 done, but something selected was damaged or missing',
      ),
  run: async (args: ExportArguments, context: CliContext): Promise<void> => {
    const { out } = args;
    if (out === undefined) return exportTo(async (chunk) => context.write(chunk), args, context);
    const { mustBeNew, writeFileWhole } = await import('../write-file.ts');
    mustBeNew(pathOption(out, 'out'), [args.archive]);
    await writeFileWhole(out, async (write) => exportTo(write, args, context));
  },
};

async function exportTo(
  write: (chunk: string | Uint8Array) => Promise<void>,
  args: ExportArguments,
  context: CliContext,
): Promise<void> {
  const { exportStream } = await import('../../operation/export/run.ts');
  const writer = await writerOf(args.to);
  const options = { ...selectOptions(args, context), ...filterOptions(args) };
  let isConfigured = false;
  const result = await exportStream(args.archive, options, {
    begin: async (head) => {
      isConfigured = head.config !== null;
      await write(writer.begin(head));
    },
    messages: async (lot) => {
      for (const chunk of writer.messages(lot)) await write(chunk);
    },
  });
  await write(writer.end());
  context.progress.end();
  tellDamage(result.findings, context);
  tellDeletes(result.notes, context);
  // It had been in backup.json alone.
  if (!isConfigured && result.findings.some(isOfManifest)) context.setExit(EXIT.damaged);
}

async function writerOf(form: Form): Promise<ExportWriter> {
  switch (form) {
    case 'json':
      return (await import('../../report/export/json.ts')).jsonExport();
    case 'ndjson':
      return (await import('../../report/export/ndjson.ts')).ndjsonExport();
    case 'parquet':
      return (await import('../../report/export/parquet.ts')).parquetExport();
  }
}

interface ExportArguments extends SelectArguments, FilterArguments {
  readonly archive: string;
  readonly to: Form;
  readonly out?: string;
}
