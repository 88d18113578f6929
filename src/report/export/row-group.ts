import { headerFields } from '../../core/header-fields.ts';
import type { StoredMessage } from '../../operation/content/message-walk.ts';
import type { ParquetWriter } from 'hyparquet-writer';

type ColumnSource = Parameters<ParquetWriter['write']>[0]['columnData'][number];

/** A group is full when it has this many messages, or bytes of them. */
const GROUP_MESSAGES = 50_000;
const GROUP_BYTES = 4 * 1024 * 1024;

/**
 * Messages on their way into a row group, column by column. Payloads are copied to one place that is used again, so that
 * the memory of the messages is free at once.
 */
export class RowGroup {
  readonly #room = new Uint8Array(GROUP_BYTES);
  #roomUsedBytes = 0;
  #seqs: bigint[] = [];
  #subjects: string[] = [];
  #timesNs: bigint[] = [];
  #headers: (Map<string, string[]> | null)[] = [];
  #payloads: Uint8Array[] = [];
  #bytes = 0;

  get count(): number {
    return this.#seqs.length;
  }

  get isFull(): boolean {
    return this.count >= GROUP_MESSAGES || this.#bytes >= GROUP_BYTES;
  }

  add(message: StoredMessage): void {
    this.#seqs.push(message.seq);
    this.#subjects.push(textOf(message.subject));
    this.#timesNs.push(message.timeNs);
    this.#headers.push(headerMap(message.header));
    this.#payloads.push(this.#keep(message.data));
    this.#bytes += message.data.length + (message.header?.length ?? 0);
  }

  /** Gives the columns and begins anew; they hold until the next message is added. */
  take(): ColumnSource[] {
    const columns: ColumnSource[] = [
      { name: 'seq', data: this.#seqs, encoding: 'PLAIN' },
      { name: 'subject', data: this.#subjects },
      { name: 'time', data: this.#timesNs, encoding: 'PLAIN' },
      { name: 'headers', data: this.#headers, statistics: false },
      { name: 'payload', data: this.#payloads, encoding: 'PLAIN', statistics: false },
    ];
    [this.#seqs, this.#subjects, this.#timesNs, this.#headers, this.#payloads] = [[], [], [], [], []];
    this.#roomUsedBytes = 0;
    this.#bytes = 0;
    return columns;
  }

  #keep(payload: Uint8Array): Uint8Array {
    const end = this.#roomUsedBytes + payload.length;
    if (end > GROUP_BYTES) return payload;
    this.#room.set(payload, this.#roomUsedBytes);
    const kept = this.#room.subarray(this.#roomUsedBytes, end);
    this.#roomUsedBytes = end;
    return kept;
  }
}

function headerMap(header: Uint8Array | null): Map<string, string[]> | null {
  if (header === null) return null;
  const map = new Map<string, string[]>();
  for (const [name, value] of headerFields(textOf(header))) {
    const values = map.get(name);
    if (values === undefined) map.set(name, [value]);
    else values.push(value);
  }
  return map;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}
