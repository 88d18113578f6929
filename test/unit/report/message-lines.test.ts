import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredMessage } from '../../../src/operation/content/message-walk.ts';
import { messageLines, type TextOptions } from '../../../src/report/message-lines.ts';

interface Plan {
  readonly subject: string;
  readonly seq: bigint;
  readonly dataBytes: number;
  readonly headerBytes: number;
  readonly fill: number;
}

/** Sizes around those at which payloads are cut and memory grows. */
const SIZES = [0, 1, 2, 3, 1000, 196_607, 196_608, 196_609, 393_216, 1_000_000, 3_000_000];

const plan: fc.Arbitrary<Plan> = fc.record({
  subject: fc.oneof(fc.string({ minLength: 1 }), fc.string({ minLength: 1, unit: 'binary' })),
  seq: fc.bigInt({ min: 0n, max: (1n << 62n) - 1n }),
  dataBytes: fc.oneof({ weight: 4, arbitrary: fc.nat(50) }, fc.constantFrom(...SIZES)),
  headerBytes: fc.oneof(fc.constant(0), fc.nat(100), fc.constant(2_000_000)),
  fill: fc.nat(255),
});

function messageOf(one: Plan): StoredMessage {
  return {
    account: null,
    stream: 'S',
    subject: Buffer.from(one.subject),
    seq: one.seq,
    header: one.headerBytes === 0 ? null : Buffer.alloc(one.headerBytes, one.fill),
    data: new Uint8Array(one.dataBytes).fill(one.fill),
    timeNs: one.seq,
  };
}

/** The same by the plainest means. */
function expectedLine(message: StoredMessage): string {
  const { header, data, seq } = message;
  const hdrs = header === null ? '' : `"hdrs":"${Buffer.from(header).toString('base64')}",`;
  const seconds = new Date(Number(seq / 1_000_000n)).toISOString().slice(0, 19);
  const fraction = (seq % 1_000_000_000n).toString().padStart(9, '0').replace(/0+$/, '');
  const time = `${seconds}${fraction === '' ? '' : `.${fraction}`}Z`;
  const subject = JSON.stringify(Buffer.from(message.subject).toString('utf8'));
  return `{"subject":${subject},"seq":${seq},${hdrs}"data":"${Buffer.from(data).toString('base64')}","time":"${time}"}`;
}

function written(lots: readonly (readonly StoredMessage[])[], options: TextOptions): string {
  const lines = messageLines(options);
  const chunks = lots.flatMap((lot) => Array.from(lines(lot), (chunk) => Buffer.from(chunk)));
  return Buffer.concat(chunks).toString('utf8');
}

describe('messages as lines', () => {
  it('are what plain code makes of them, however they come in lots', () => {
    fc.assert(
      fc.property(fc.array(fc.array(plan, { maxLength: 6 }), { maxLength: 4 }), (plans) => {
        const lots = plans.map((lot) => lot.map(messageOf));
        const lines = lots.flat().map(expectedLine);
        expect(written(lots, {}) === lines.map((line) => `${line}\n`).join('')).toBe(true);
        expect(written(lots, { separator: ',\n' }) === lines.join(',\n')).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('name stream and account where they are asked to', () => {
    const message = messageOf({ subject: 's', seq: 1n, dataBytes: 3, headerBytes: 0, fill: 7 });
    const rest = expectedLine(message).slice(1);
    expect(written([[message]], { withStream: true })).toBe(`{"stream":"S",${rest}\n`);
    const lot = [
      { ...message, account: '$G', stream: 'a "b"' },
      { ...message, account: 'B' },
    ];
    expect(written([lot], { withStream: true })).toBe(
      `{"account":"$G","stream":"a \\"b\\"",${rest}\n{"account":"B","stream":"S",${rest}\n`,
    );
  });

  it('chunks stay small, whatever the payload', () => {
    const message = messageOf({ subject: 's', seq: 1n, dataBytes: 20_000_000, headerBytes: 0, fill: 7 });
    const sizes = Array.from(messageLines()([message]), (chunk) => chunk.length);
    expect(Math.max(...sizes)).toBeLessThan(1_300_000);
  });
});
