import { expect, it } from 'vitest';
import { kvEntry } from '../../../src/operation/kv/entry.ts';

function entryOf(headerLine: string | null, subject = '$KV.b.key.with.dots'): ReturnType<typeof kvEntry> {
  return kvEntry({
    account: null,
    stream: 'KV_b',
    subject: Buffer.from(subject),
    seq: 7n,
    header: headerLine === null ? null : Buffer.from(`NATS/1.0\r\nOther: x\r\n${headerLine}\r\n\r\n`),
    data: new Uint8Array(0),
    timeNs: 0n,
  });
}

it('reads the marks of clients and of servers', () => {
  const operations = [
    [null, 'PUT'],
    ['X: y', 'PUT'],
    ['KV-Operation: DEL', 'DEL'],
    ['KV-Operation: PURGE', 'PURGE'],
    ['KV-Operation: strange', 'PUT'],
    ['Nats-Marker-Reason: MaxAge', 'PURGE'],
    ['Nats-Marker-Reason: Purge', 'PURGE'],
    ['Nats-Marker-Reason: Remove', 'DEL'],
    ['Nats-Marker-Reason: constructor', 'PUT'],
  ] as const;
  for (const [line, operation] of operations) expect(entryOf(line).operation, line ?? '').toBe(operation);
});

it('takes as key what follows the bucket, also where a mirror keeps the name of its origin', () => {
  for (const subject of ['$KV.b.key.with.dots', '$KV.origin.key.with.dots'])
    expect(Buffer.from(entryOf(null, subject).key).toString()).toBe('key.with.dots');
  expect(entryOf(null)).toMatchObject({ bucket: 'b', revision: 7n });
});
