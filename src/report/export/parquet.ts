import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { stringifyJson } from '../../core/json.ts';
import { TOOL_NAME, VERSION } from '../../core/version.ts';
import type { ExportHead } from '../../operation/export/types.ts';
import { MESSAGE_SCHEMA } from './parquet-schema.ts';
import { RowGroup } from './row-group.ts';
import type { ExportWriter } from './writer.ts';

/** Apache Parquet, one row for each message; the head is JSON under the key `natsarc.v1.export`. Memory: one row group. */
export function parquetExport(): ExportWriter {
  const outlet = new Outlet();
  const group = new RowGroup();
  let writer: ParquetWriter | null = null;
  const writeGroup = (): void => {
    if (group.count > 0) void writer?.write({ rowGroupSize: group.count, columnData: group.take() });
  };
  return {
    begin: (head) => {
      writer = writerFor(outlet, head);
      return outlet.take();
    },
    *messages(lot) {
      for (const message of lot) {
        group.add(message);
        if (!group.isFull) continue;
        writeGroup();
        yield outlet.take();
      }
    },
    end: () => {
      writeGroup();
      void writer?.finish();
      return outlet.take();
    },
  };
}

function writerFor(outlet: Outlet, head: ExportHead): ParquetWriter {
  return new ParquetWriter({
    writer: outlet,
    schema: MESSAGE_SCHEMA,
    createdBy: `${TOOL_NAME} ${VERSION}`,
    kvMetadata: [{ key: head.type, value: stringifyJson(head) }],
  });
}

class Outlet extends ByteWriter {
  /** What the library has written since the last time; it holds until it writes again. */
  take(): Uint8Array {
    const bytes = this.getBytes();
    this.index = 0;
    return bytes;
  }
}
