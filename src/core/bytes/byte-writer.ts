/** Builds bytes left to right: little-endian values and Go varints, the inverse of `Cursor`. Grows as needed. */
export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  constructor(capacityBytes = 256) {
    this.#bytes = new Uint8Array(capacityBytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get lengthBytes(): number {
    return this.#length;
  }

  /** What was written; a view that holds until the next write. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Starts again with the same memory. */
  clear(): void {
    this.#length = 0;
  }

  /** Makes room for `lengthBytes` more and returns where they begin. */
  #room(lengthBytes: number): number {
    const at = this.#length;
    if (at + lengthBytes > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(2 * this.#bytes.length, at + lengthBytes));
      grown.set(this.written);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.#length = at + lengthBytes;
    return at;
  }

  u8(value: number): this {
    const at = this.#room(1);
    this.#view.setUint8(at, value);
    return this;
  }

  u16(value: number): this {
    const at = this.#room(2);
    this.#view.setUint16(at, value, true);
    return this;
  }

  u32(value: number): this {
    const at = this.#room(4);
    this.#view.setUint32(at, value, true);
    return this;
  }

  u64(value: bigint): this {
    const at = this.#room(8);
    this.#view.setBigUint64(at, value, true);
    return this;
  }

  i64(value: bigint): this {
    const at = this.#room(8);
    this.#view.setBigInt64(at, value, true);
    return this;
  }

  /** Unsigned LEB128 (Go `binary.PutUvarint`). */
  uvarint(value: bigint | number): this {
    if (value <= Number.MAX_SAFE_INTEGER) return this.#smallUvarint(Number(value));
    let rest = BigInt(value);
    for (; rest >= 0x80n; rest >>= 7n) this.u8(Number(rest & 0x7fn) | 0x80);
    return this.u8(Number(rest));
  }

  #smallUvarint(value: number): this {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) this.u8((rest % 128) | 0x80);
    return this.u8(rest);
  }

  /** Zig-zag signed varint (Go `binary.PutVarint`). */
  varint(value: bigint): this {
    return this.uvarint(value < 0n ? (-value << 1n) - 1n : value << 1n);
  }

  bytes(bytes: Uint8Array): this {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }
}
