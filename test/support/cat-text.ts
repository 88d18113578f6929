import type { Finding } from '../../src/findings/finding.ts';
import { catMessages, catText } from '../../src/operation/cat/run.ts';
import type { StoredMessage } from '../../src/operation/content/message-walk.ts';
import type { MessageFilter } from '../../src/operation/filter/types.ts';
import type { SelectOptions } from '../../src/operation/types.ts';
import { lineStart, messageLines, type MessageLines } from '../../src/report/message-lines.ts';

export interface CatOutcome {
  readonly text: string;
  readonly messages: number;
  readonly findings: readonly Finding[];
}

export interface TextOutcome extends CatOutcome {
  /** How many of the messages came as finished text. */
  readonly finished: number;
}

type Options = SelectOptions & MessageFilter;

/** What `cat` prints, by the plain renderer. */
export async function plainText(path: string, options: Options, raw: boolean): Promise<CatOutcome> {
  const writer = new PlainWriter(raw);
  const { messages, findings } = await catMessages(path, options, (lot, streams) =>
    writer.write(lot, streams),
  );
  return { text: writer.text, messages, findings };
}

/** The same, most of it rendered where it is read. */
export async function renderedText(path: string, options: Options, raw: boolean): Promise<TextOutcome> {
  const writer = new PlainWriter(raw);
  let plain = 0;
  const { messages, findings } = await catText(path, options, {
    start: (stream, streams) => (raw ? null : lineStart(stream, streams > 1)),
    text: async (bytes) => {
      writer.chunks.push(Buffer.from(bytes));
      // Whoever holds on to the bytes is found out.
      await new Promise(setImmediate);
      bytes.fill(0x58);
    },
    messages: (lot, streams) => {
      plain += lot.length;
      writer.write(lot, streams);
    },
  });
  return { text: writer.text, messages, findings, finished: messages - plain };
}

class PlainWriter {
  readonly chunks: Buffer[] = [];
  readonly #raw: boolean;
  #lines: MessageLines | undefined;

  constructor(raw: boolean) {
    this.#raw = raw;
  }

  write(lot: readonly StoredMessage[], streams: number): void {
    this.#lines ??= messageLines({ withStream: streams > 1 });
    const chunks = this.#raw ? lot.map(({ data }) => data) : this.#lines(lot);
    for (const chunk of chunks) this.chunks.push(Buffer.from(chunk));
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString('latin1');
  }
}
