import type { RecordColumns } from '../../kernels/index.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { StoredMessage } from '../content/message-walk.ts';

/** The records of one window of a block. At first their bytes are the kernel's; `own` copies those that are kept. */
export class RecordLot {
  readonly archive: StreamArchive;
  #bytes: Buffer;
  /** Where in the window `#bytes` begins. */
  #startBytes = 0;

  constructor(archive: StreamArchive, window: Uint8Array) {
    this.archive = archive;
    this.#bytes = Buffer.from(window.buffer, window.byteOffset, window.length);
  }

  part(at: number, lengthBytes: number): Uint8Array {
    const from = at - this.#startBytes;
    return this.#bytes.subarray(from, from + lengthBytes);
  }

  /** Takes the bytes of some records over: one copy from the first to the last. */
  own(messages: readonly RecordMessage[]): void {
    const [first, last] = [messages[0], messages.at(-1)];
    if (first === undefined || last === undefined) return;
    this.#bytes = Buffer.from(this.#bytes.subarray(first.startBytes, last.endBytes));
    this.#startBytes = first.startBytes;
  }
}

/** A message as a record of a block holds it; its parts are looked up when they are asked for. */
export class RecordMessage implements StoredMessage {
  readonly #lot: RecordLot;
  readonly seq: bigint;
  readonly timeNs: bigint;
  readonly #subjectAt: number;
  readonly #subjectBytes: number;
  readonly #headerAt: number;
  readonly #headerBytes: number;
  readonly #payloadAt: number;
  readonly #payloadBytes: number;

  constructor(lot: RecordLot, columns: RecordColumns, i: number) {
    this.#lot = lot;
    this.seq = columns.seqWord[i] ?? 0n;
    this.timeNs = columns.timeNs[i] ?? 0n;
    this.#subjectAt = columns.subjectAt[i] ?? 0;
    this.#subjectBytes = columns.subjectBytes[i] ?? 0;
    this.#headerAt = columns.headerAt[i] ?? 0;
    this.#headerBytes = columns.headerBytes[i] ?? 0;
    this.#payloadAt = columns.payloadAt[i] ?? 0;
    this.#payloadBytes = columns.payloadBytes[i] ?? 0;
  }

  get account(): string | null {
    return this.#lot.archive.account;
  }

  get stream(): string {
    return this.#lot.archive.name;
  }

  get subject(): Uint8Array {
    return this.#lot.part(this.#subjectAt, this.#subjectBytes);
  }

  get header(): Uint8Array | null {
    return this.#headerBytes === 0 ? null : this.#lot.part(this.#headerAt, this.#headerBytes);
  }

  get data(): Uint8Array {
    return this.#lot.part(this.#payloadAt, this.#payloadBytes);
  }

  /** Subject, header and payload stand in this order. */
  get startBytes(): number {
    return this.#subjectAt;
  }

  get endBytes(): number {
    return this.#payloadAt + this.#payloadBytes;
  }
}
