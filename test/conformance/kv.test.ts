import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { catKeyValues } from '../../src/operation/kv/run.ts';
import type { KvEntry, KvOptions } from '../../src/operation/kv/types.ts';
import type { MessageFilter } from '../../src/operation/filter/types.ts';
import { testEachForm } from '../support/each-form.ts';
import type { TruthMessage } from '../support/captures.ts';

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** Header blocks that clients write, by the sum that the truth has of them. */
const OPERATIONS = new Map([
  [sha256('NATS/1.0\r\nKV-Operation: DEL\r\n\r\n'), 'DEL'],
  [sha256('NATS/1.0\r\nKV-Operation: PURGE\r\nNats-Rollup: sub\r\n\r\n'), 'PURGE'],
]);

function comparable(entry: KvEntry): object {
  return {
    key: Buffer.from(entry.key).toString('utf8'),
    revision: Number(entry.revision),
    operation: entry.operation,
    time: String(entry.timeNs),
    value: entry.value.length === 0 ? undefined : sha256(entry.value),
  };
}

function expected(message: TruthMessage): object {
  return {
    key: message.subject.split('.').slice(2).join('.'),
    revision: message.seq,
    operation: OPERATIONS.get(message.hdr_sha256 ?? '') ?? 'PUT',
    time: message.time_ns,
    value: message.data_sha256,
  };
}

async function read(path: string, options: KvOptions & MessageFilter): Promise<object[]> {
  const entries: object[] = [];
  await catKeyValues(path, options, async (lot) => {
    entries.push(...lot.map(comparable));
  });
  return entries;
}

function newestOfEach(messages: readonly TruthMessage[]): TruthMessage[] {
  return [...new Map(messages.map((message) => [message.subject, message])).values()].toSorted(
    (a, b) => Number(a.seq) - Number(b.seq),
  );
}

testEachForm(
  (name) => name.startsWith('KV_'),
  async ({ path, stream }) => {
    const messages = stream.messages ?? [];
    const now = await read(path, {});
    expect(now).toEqual(newestOfEach(messages).map(expected));
    expect(new Set(now.map((entry) => (entry as { operation: string }).operation))).toEqual(
      new Set(['PUT', 'DEL', 'PURGE']),
    );
    expect(await read(path, { history: true })).toEqual(messages.map(expected));
    for (const at of [5, 20, messages.length - 4].map((index) => messages[index])) {
      const before = messages.filter((message) => BigInt(message.time_ns) <= BigInt(at?.time_ns ?? 0));
      expect(await read(path, { beforeNs: BigInt(at?.time_ns ?? 0) })).toEqual(
        newestOfEach(before).map(expected),
      );
    }
  },
);
