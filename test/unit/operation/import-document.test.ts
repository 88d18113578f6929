import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTimeNs } from '../../../src/core/time.ts';
import { readDocument } from '../../../src/operation/import/document.ts';
import type { ByteSource } from '../../../src/source/byte-source.ts';
import type { WritableMessage } from '../../../src/writer/writable-message.ts';
import { MemorySource } from '../../../src/source/memory.ts';

/** A source that gives a few bytes at a time, so that values lie across its readings. */
class SlowSource extends MemorySource implements ByteSource {
  readonly #mostBytes: number;

  constructor(bytes: Uint8Array, mostBytes: number) {
    super(bytes);
    this.#mostBytes = mostBytes;
  }

  override read(target: Uint8Array, offsetBytes: number): number {
    return super.read(target.subarray(0, this.#mostBytes), offsetBytes);
  }
}

interface Taken {
  readonly fields: { [name: string]: unknown };
  readonly messages: WritableMessage[];
}

async function take(source: ByteSource): Promise<Taken> {
  const taken: Taken = { fields: {}, messages: [] };
  await readDocument(source, 'file', {
    field: (name, value) => {
      taken.fields[name] = value;
    },
    message: (message) => taken.messages.push(message),
    pause: async () => {},
  });
  return taken;
}

/** Integers beyond 2^53 are read with every digit, as bigint: those are another test's. */
const values = fc
  .json({ maxDepth: 3 })
  .filter((text) => !text.includes('__proto__') && !/\d{16}/.test(text))
  .map((text) => JSON.parse(text) as unknown)
  .filter((value) => !JSON.stringify(value).includes('e+'));
const heads = fc.dictionary(
  fc.string().filter((name) => name !== 'messages' && name !== '__proto__'),
  values,
  { noNullPrototype: true },
);

/** Messages in rising sequence, up to the highest there is. */
const streams = fc
  .uniqueArray(
    fc.record({
      seq: fc.bigInt(1n, (1n << 62n) - 1n),
      timeNs: fc.bigInt(-(1n << 62n), 1n << 62n),
      subject: fc.constantFrom('a', 'a.b', 'ünï.日本', 'quote".\\'),
      fields: fc.option(fc.uint8Array()),
      data: fc.uint8Array(),
    }),
    { selector: ({ seq }) => seq },
  )
  .map((messages) =>
    messages
      .toSorted((a, b) => (a.seq < b.seq ? -1 : 1))
      .map(({ seq, timeNs, subject, fields, data }): WritableMessage => {
        const header = fields === null ? null : Buffer.from(`NATS/1.0\r\n${fields.join()}\r\n\r\n`);
        return { seq, timeNs, subject: Buffer.from(subject), header, data: Buffer.from(data) };
      }),
  );

/** A message as JSON; `turn` moves its fields round. */
function textOf({ seq, timeNs, subject, header, data }: WritableMessage, turn: number, gap: string): string {
  const base64 = (bytes: Uint8Array): string => `"${Buffer.from(bytes).toString('base64')}"`;
  const fields = [
    `"subject":${gap}${JSON.stringify(Buffer.from(subject).toString('utf8'))}`,
    `"seq":${gap}${seq}`,
    ...(header === null ? [] : [`"hdrs"${gap}:${base64(header)}`]),
    `"data":${gap}${base64(data).replaceAll('/', turn % 2 === 0 ? '/' : '\\/')}`,
    `"time":${gap}"${formatTimeNs(timeNs)}"`,
  ];
  return `{${gap}${[...fields.slice(turn), ...fields.slice(0, turn)].join(`${gap},${gap}`)}${gap}}`;
}

const layouts = fc.record({
  gap: fc.constantFrom('', ' ', '\r\n\t'),
  turn: fc.integer({ min: 0, max: 4 }),
  mostBytes: fc.integer({ min: 1, max: 9 }),
});

describe('readDocument', () => {
  it('finds the fields and messages of any document, in any layout, however it is read', async () => {
    await fc.assert(
      fc.asyncProperty(heads, streams, layouts, async (head, messages, { gap, turn, mostBytes }) => {
        const fields = Object.entries(head).map(
          ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
        );
        const list = `"messages":[${messages.map((message) => textOf(message, turn, gap)).join(`${gap},`)}${gap}]`;
        const text = `{${[...fields.slice(turn), list, ...fields.slice(0, turn)].join(`${gap},`)}}${gap}`;
        const taken = await take(new SlowSource(Buffer.from(text), mostBytes));
        expect(taken).toEqual({ fields: head, messages });
      }),
    );
  });

  it('finds the messages behind a head', async () => {
    await fc.assert(
      fc.asyncProperty(heads, streams, layouts, async (head, messages, { gap, turn, mostBytes }) => {
        const lines = [JSON.stringify(head), ...messages.map((message) => textOf(message, turn, gap))];
        const taken = await take(new SlowSource(Buffer.from(lines.join('\n')), mostBytes));
        expect(taken).toEqual({ fields: head, messages });
      }),
    );
  });

  it('refuses every document that was cut off', async () => {
    const message = (seq: number): string =>
      `{"subject":"a\\"","seq":${seq},"data":"QQ==","time":"2026-11-21T00:00:00Z"}`;
    const text = `{"type":"x","list":[1,"\\"]}"],"messages":[${message(1)},${message(2)}]}`;
    expect((await take(new MemorySource(Buffer.from(text)))).messages).toHaveLength(2);
    for (let lengthBytes = 0; lengthBytes < text.length; lengthBytes++)
      await expect(
        take(new MemorySource(Buffer.from(text.slice(0, lengthBytes)))),
        text.slice(0, lengthBytes),
      ).rejects.toThrow(/^file: line 1, byte \d+: /);
  });

  it('takes values larger than its window, and none without bounds', async () => {
    const data = Buffer.alloc(5_000_000, 'x');
    const message = { seq: 1n, timeNs: 0n, subject: Buffer.from('a'), header: null, data };
    const text = `{"messages":[${textOf(message, 0, '')},${textOf({ ...message, seq: 2n }, 0, '')}]}`;
    const { messages } = await take(new MemorySource(Buffer.from(text)));
    expect(messages.map((one) => data.equals(one.data))).toEqual([true, true]);
    const endless = Buffer.concat([Buffer.from('{"a":"'), Buffer.alloc(70_000_000, 'x'), Buffer.from('"}')]);
    await expect(take(new MemorySource(endless))).rejects.toThrow(
      /byte \d+: a value is longer than 67108864 bytes/,
    );
  });
});
