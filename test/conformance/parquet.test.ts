import { createHash } from 'node:crypto';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { expect, it } from 'vitest';
import type { StoredMessage } from '../../src/operation/content/message-walk.ts';
import { parquetExport } from '../../src/report/export/parquet.ts';
import { testEachForm } from '../support/each-form.ts';
import type { Json, TruthMessage } from '../support/captures.ts';
import { tempFolder } from '../support/damage.ts';
import { writeStreamFolder } from '../support/synthetic-stream.ts';
import { storedMessages } from '../support/message-list.ts';
import { exportedBytes } from '../support/exported.ts';

const STREAMS = ['ORDERS', 'HUGESEQ', 'EDGE', 'EMPTY', 'OBJ_media', 'HEADBLOCKS', 'ünïcode_日本語-01'];

async function exported(path: string): Promise<ArrayBuffer> {
  return Uint8Array.from(await exportedBytes(path, parquetExport())).buffer;
}

function comparable(row: Json): object {
  return {
    seq: BigInt.asUintN(64, BigInt(row.seq)),
    subject: row.subject,
    timeNs: BigInt(row.time),
    data: row.payload.length === 0 ? undefined : createHash('sha256').update(row.payload).digest('hex'),
    hasHeaders: row.headers !== null && row.headers !== undefined,
  };
}

function expected(message: TruthMessage): object {
  return {
    seq: BigInt(message.seq),
    subject: message.subject,
    timeNs: BigInt(message.time_ns),
    data: message.data_sha256,
    hasHeaders: message.hdr_len > 0,
  };
}

/** Header lines as the block has them, grouped by name. */
function headersOf(message: StoredMessage): Json {
  if (message.header === null) return undefined;
  const lines = Buffer.from(message.header)
    .toString('utf8')
    .split('\r\n')
    .slice(1)
    .filter((line) => line !== '');
  const names = [...new Set(lines.map((line) => line.slice(0, line.indexOf(':'))))];
  const valuesOf = (name: string): string[] =>
    lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trim());
  return Object.fromEntries(names.map((name) => [name, valuesOf(name)]));
}

testEachForm(
  (name) => STREAMS.includes(name),
  async ({ path, stream }) => {
    const file = await exported(path);
    const metadata = parquetMetadata(file);
    const head = metadata.key_value_metadata?.find((pair) => pair.key === 'natsarc.v1.export');
    expect(JSON.parse(head?.value ?? '{}')).toMatchObject({ name: stream.name });
    expect(Number(metadata.num_rows)).toBe(stream.messages?.length);
    const rows: Json[] = await parquetReadObjects({
      file,
      utf8: false,
      parsers: RAW_TIMES,
    });
    expect(rows.map(comparable)).toEqual((stream.messages ?? []).map(expected));
    const messages = await storedMessages(path);
    expect(rows.map((row) => row.headers ?? undefined)).toEqual(messages.map(headersOf));
  },
);

/** The reader makes milliseconds of nanoseconds unless it is told to leave them. */
const RAW_TIMES = {
  timestampFromNanoseconds: (nanoseconds: bigint): bigint => nanoseconds,
} as Json;

it('row groups are bounded, the last one is not lost', async () => {
  const path = writeStreamFolder(tempFolder(), [{ payloads: [1000], blockBytes: 18 << 20 }]);
  const metadata = parquetMetadata(await exported(path));
  const rows = metadata.row_groups.map((group) => Number(group.num_rows));
  expect(rows).toHaveLength(5);
  expect(Math.max(...rows)).toBeLessThan(5000);
  expect(rows.reduce((sum, count) => sum + count, 0)).toBe(Number(metadata.num_rows));
});
