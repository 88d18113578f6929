import { V2_MAGIC } from '../container/v2-entry.ts';
import { S2Encoder } from '../codec/s2/encoder.ts';
import { ByteWriter } from '../core/bytes/byte-writer.ts';
import type { WritableMessage } from './writable-message.ts';

const NO_BYTES = new Uint8Array(0);
const encoder = new TextEncoder();

/** Writes a V2 snapshot: entries in an S2 stream (container/README.md). Holds 1 MiB. */
export class V2Writer {
  readonly #encoder: S2Encoder;
  readonly #head = new ByteWriter(256);

  /** `write` gets the snapshot's bytes in order; they are valid during the call only. */
  constructor(write: (bytes: Uint8Array) => void) {
    this.#encoder = new S2Encoder(write);
    this.#encoder.write(encoder.encode(V2_MAGIC));
  }

  /** `state.json` first, then `consumers/NAME` for each. */
  addDocument(name: string, payload: Uint8Array): void {
    this.#entry(encoder.encode(name), 0n, 0n, NO_BYTES, payload);
  }

  addMessage({ subject, timeNs, seq, header, data }: WritableMessage): void {
    this.#entry(subject, timeNs, seq, header ?? NO_BYTES, data);
  }

  end(): void {
    this.#entry(NO_BYTES, 0n, 0n, NO_BYTES, NO_BYTES);
    this.#encoder.end();
  }

  #entry(name: Uint8Array, timeNs: bigint, seq: bigint, header: Uint8Array, payload: Uint8Array): void {
    this.#head.clear();
    this.#head
      .uvarint(name.length)
      .varint(timeNs)
      .uvarint(seq)
      .uvarint(header.length)
      .uvarint(payload.length);
    this.#encoder.write(this.#head.bytes(name).written);
    this.#encoder.write(header);
    this.#encoder.write(payload);
  }
}
