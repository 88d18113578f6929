import type { Argv } from 'yargs';
import { CATALOG } from '../../findings/catalog/index.ts';
import { jsonChunks } from '../../report/json.ts';
import { checksText } from '../../report/text/catalog.ts';
import type { CliContext } from '../context.ts';

export const checksCommand = {
  command: 'checks',
  describe: 'the catalogue of finding codes',
  builder: (y: Argv): Argv => y.epilogue('EXIT STATUS: 0 done, 1 failed, 2 wrong usage'),
  run: async (_: object, context: CliContext): Promise<void> => {
    if (!context.isJson) return context.write(checksText(context.palette));
    const checks = Object.entries(CATALOG).map(([code, entry]) => {
      const { marks: _, ...told } = entry;
      return { code, ...told };
    });
    for (const chunk of jsonChunks({ type: 'natsarc.v1.checks', checks })) await context.write(chunk);
  },
};
