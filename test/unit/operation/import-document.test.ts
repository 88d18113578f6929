import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDocument } from '../../../src/operation/import/document.ts';
import { importedMessage } from '../../../src/operation/import/message.ts';
import type { ByteSource } from '../../../src/source/byte-source.ts';
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
  readonly messages: unknown[];
}

async function take(source: ByteSource): Promise<Taken> {
  const taken: Taken = { fields: {}, messages: [] };
  await readDocument(source, 'file', {
    field: (name, value) => {
      taken.fields[name] = value;
    },
    message: (piece) => taken.messages.push(JSON.parse(piece.bytes.toString('utf8'))),
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
const names = fc.string().filter((name) => name !== 'messages' && name !== '__proto__');
const objects = fc.dictionary(names, values, { noNullPrototype: true });

describe('readDocument', () => {
  it('finds the fields and messages of any document, in any layout, however it is read', async () => {
    await fc.assert(
      fc.asyncProperty(
        objects,
        fc.array(objects),
        fc.constantFrom(undefined, 1, '\t', '\r\n'),
        fc.integer({ min: 1, max: 9 }),
        async (head, messages, indent, mostBytes) => {
          const text = JSON.stringify({ ...head, messages }, null, indent);
          const taken = await take(new SlowSource(Buffer.from(text), mostBytes));
          expect(taken).toEqual({ fields: head, messages });
        },
      ),
    );
  });

  it('finds the messages behind a head', async () => {
    await fc.assert(
      fc.asyncProperty(
        objects,
        fc.array(objects),
        fc.integer({ min: 1, max: 9 }),
        async (head, messages, most) => {
          const text = [head, ...messages].map((value) => JSON.stringify(value)).join('\n');
          expect(await take(new SlowSource(Buffer.from(text), most))).toEqual({ fields: head, messages });
        },
      ),
    );
  });

  it('refuses every document that was cut off', async () => {
    const text = JSON.stringify({ type: 'x', list: [1, '"]}\\'], messages: [{ a: '\\"' }, { b: [{}] }] });
    for (let lengthBytes = 0; lengthBytes < text.length; lengthBytes++)
      await expect(
        take(new MemorySource(Buffer.from(text.slice(0, lengthBytes)))),
        text.slice(0, lengthBytes),
      ).rejects.toThrow(/^file: line 1, byte \d+: /);
  });

  it('takes values larger than its window, and none without bounds', async () => {
    const long = 'x'.repeat(5_000_000);
    const text = JSON.stringify({ long, messages: [{ long }, { long }] });
    expect(await take(new MemorySource(Buffer.from(text)))).toEqual({
      fields: { long },
      messages: [{ long }, { long }],
    });
    const endless = Buffer.concat([Buffer.from('{"a":"'), Buffer.alloc(70_000_000, 'x'), Buffer.from('"}')]);
    await expect(take(new MemorySource(endless))).rejects.toThrow(
      /byte \d+: a value is longer than 67108864 bytes/,
    );
  });

  it('tells line and byte of a message', async () => {
    const text = '{"type":"x"}\n{"seq":1}\n\n  {"seq":2}';
    const places: (readonly [number, number])[] = [];
    await readDocument(new MemorySource(Buffer.from(text)), 'file', {
      field: () => {},
      message: ({ line, offsetBytes }) => places.push([line, offsetBytes]),
      pause: async () => {},
    });
    expect(places).toEqual([
      [2, 13],
      [4, 26],
    ]);
  });
});

it('a message is what was written, whatever its bytes', () => {
  const fail = (what: string): never => {
    throw new Error(what);
  };
  fc.assert(
    fc.property(
      fc.bigInt(1n, (1n << 62n) - 1n),
      fc.uint8Array(),
      fc.option(fc.uint8Array()),
      (seq, data, fields) => {
        const header =
          fields === null
            ? null
            : Buffer.concat([Buffer.from('NATS/1.0\r\n'), fields, Buffer.from('\r\n\r\n')]);
        const base64 = (bytes: Uint8Array): string => JSON.stringify(Buffer.from(bytes).toString('base64'));
        const hdrs = header === null ? '' : `,"hdrs":${base64(header)}`;
        const text = `{"subject":"a.b","seq":${seq}${hdrs},"data":${base64(data)},"time":"2026-11-21T00:00:00.123456789Z"}`;
        const message = importedMessage(
          { bytes: Buffer.from(text), line: 1, offsetBytes: 0 },
          seq - 1n,
          fail,
        );
        expect(message).toEqual({
          seq,
          timeNs: BigInt(Date.parse('2026-11-21T00:00:00Z')) * 1_000_000n + 123_456_789n,
          subject: Buffer.from('a.b'),
          header,
          data: Buffer.from(data),
        });
      },
    ),
  );
});
