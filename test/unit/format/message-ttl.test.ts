import { expect, it } from 'vitest';
import { messageTtlNs } from '../../../src/format/message-header/ttl.ts';

const SECOND = 1_000_000_000n;

it.for([
  ['5', 5n * SECOND],
  ['90m', 5400n * SECOND],
  ['1h30m0s', 5400n * SECOND],
  ['1500ms', SECOND],
  ['never', null],
  ['0', null],
  ['soon', null],
  ['1.5h', 5400n * SECOND],
  ['+5s', 5n * SECOND],
  ['999ms', null],
  ['7d', null],
  ['-5s', null],
] as const)('a TTL of %s', ([value, expected]) => {
  const header = `NATS/1.0\r\nA: b\r\nNats-TTL: ${value}\r\n\r\n`;
  expect(messageTtlNs(Buffer.from(header))).toBe(expected);
});
