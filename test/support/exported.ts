import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { exportStream } from '../../src/operation/export/run.ts';
import type { ExportHead } from '../../src/operation/export/types.ts';
import type { MessageFilter } from '../../src/operation/filter/types.ts';
import type { ExportWriter } from '../../src/report/export/writer.ts';

/** Exports a stream to a file; gives the head. */
export async function exported(
  path: string,
  out: string,
  make: () => ExportWriter,
): Promise<ExportHead | undefined> {
  const file = createWriteStream(out);
  const head = await exportTo(path, make(), {}, (bytes) => file.write(bytes));
  file.end();
  await once(file, 'finish');
  return head;
}

/** What a stream is exported as. */
export async function exportedBytes(
  path: string,
  writer: ExportWriter,
  filter: MessageFilter = {},
): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  await exportTo(path, writer, filter, (bytes) => parts.push(bytes));
  return Buffer.concat(parts);
}

async function exportTo(
  path: string,
  writer: ExportWriter,
  filter: MessageFilter,
  write: (bytes: Buffer) => unknown,
): Promise<ExportHead | undefined> {
  let head: ExportHead | undefined;
  await exportStream(path, filter, {
    begin: async (given) => {
      head = given;
      write(Buffer.from(writer.begin(given)));
    },
    messages: (lot) => {
      for (const chunk of writer.messages(lot)) write(Buffer.from(chunk));
    },
  });
  write(Buffer.from(writer.end()));
  return head;
}
