import type { Argv } from 'yargs';
import { UsageError } from '../../core/error.ts';
import { EXPLAINED, type ExplainedCode } from '../../findings/catalog/explained.ts';
import { jsonChunks } from '../../report/json.ts';
import { explainText } from '../../report/text/catalog.ts';
import type { CliContext } from '../context.ts';

export const explainCommand = {
  command: 'explain <code>',
  describe: 'one code of a finding or a note in full',
  builder: (y: Argv): Argv =>
    y
      .positional('code', { type: 'string', demandOption: true, describe: 'as a command prints it' })
      .example('$0 explain BLK_CHECKSUM_MISMATCH', '')
      .epilogue('EXIT STATUS: 0 done, 1 failed, 2 unknown code or wrong usage'),
  run: async (args: { readonly code: string }, context: CliContext): Promise<void> => {
    const code = args.code.toUpperCase();
    if (!isCode(code))
      throw new UsageError(
        `there is no code ${args.code}${suggestion(code)}; natsarc checks lists those of findings`,
      );
    if (!context.isJson) return context.write(explainText(code, context.palette));
    const { marks: _, ...told } = EXPLAINED[code];
    for (const chunk of jsonChunks({ type: 'natsarc.v1.check', code, ...told })) await context.write(chunk);
  },
};

function isCode(text: string): text is ExplainedCode {
  return Object.hasOwn(EXPLAINED, text);
}

/** Codes that share a word with what was typed. */
function suggestion(text: string): string {
  const words = text.split('_').filter((word) => word.length > 2);
  const near = Object.keys(EXPLAINED).filter((code) => words.some((word) => code.split('_').includes(word)));
  return near.length === 0 ? '' : `, perhaps ${near.slice(0, 4).join(', ')}`;
}
