import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { exportStream } from '../../src/operation/export/run.ts';
import type { ExportHead } from '../../src/operation/export/types.ts';
import type { ExportWriter } from '../../src/report/export/writer.ts';

/** Exports a stream to a file; gives the head. */
export async function exported(
  path: string,
  out: string,
  make: () => ExportWriter,
): Promise<ExportHead | undefined> {
  const writer = make();
  const file = createWriteStream(out);
  let head: ExportHead | undefined;
  await exportStream(
    path,
    {},
    {
      begin: async (given) => {
        head = given;
        file.write(writer.begin(given));
      },
      messages: (lot) => {
        for (const chunk of writer.messages(lot)) file.write(Buffer.from(chunk));
      },
    },
  );
  file.end(writer.end());
  await once(file, 'finish');
  return head;
}
