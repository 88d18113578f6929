/**
 * Reads little-endian values and Go varints from bytes, left to right. A read that runs off the end sets `isShort` and
 * gives 0; parsers look at `isShort` once, where it matters.
 */
export class Cursor {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  offsetBytes = 0;
  isShort = false;

  constructor(bytes: Uint8Array, offsetBytes = 0) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.offsetBytes = offsetBytes;
  }

  get remainingBytes(): number {
    return this.bytes.length - this.offsetBytes;
  }

  #take(lengthBytes: number): number {
    if (lengthBytes > this.remainingBytes || lengthBytes < 0) {
      this.isShort = true;
      this.offsetBytes = this.bytes.length;
      return -1;
    }
    const at = this.offsetBytes;
    this.offsetBytes += lengthBytes;
    return at;
  }

  u8(): number {
    const at = this.#take(1);
    return at < 0 ? 0 : this.#view.getUint8(at);
  }

  u16(): number {
    const at = this.#take(2);
    return at < 0 ? 0 : this.#view.getUint16(at, true);
  }

  u32(): number {
    const at = this.#take(4);
    return at < 0 ? 0 : this.#view.getUint32(at, true);
  }

  u64(): bigint {
    const at = this.#take(8);
    return at < 0 ? 0n : this.#view.getBigUint64(at, true);
  }

  /** Unsigned LEB128, at most 10 bytes and 64 bits (Go `binary.Uvarint`). */
  uvarint(): bigint {
    const low = this.#shortUvarint();
    return low < 0 ? this.#longUvarint(-1 - low) : BigInt(low);
  }

  /** A count or length: exact up to 2^53, beyond that `isShort`, since nothing that large can follow. */
  count(): number {
    const low = this.#shortUvarint();
    if (low >= 0) return low;
    const value = this.#longUvarint(-1 - low);
    if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
    this.isShort = true;
    return 0;
  }

  /** The first 7 bytes at most: their 49 bits; where more belong to it, -1 - them. An index has thousands of these. */
  #shortUvarint(): number {
    const { bytes } = this;
    const from = this.offsetBytes;
    const end = Math.min(from + 7, bytes.length);
    let value = 0;
    let scale = 1;
    for (let at = from; at < end; at++) {
      const byte = bytes[at] ?? 0;
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) {
        this.offsetBytes = at + 1;
        return value;
      }
    }
    this.offsetBytes = end;
    if (end === from + 7) return -1 - value;
    this.isShort = true;
    return 0;
  }

  #longUvarint(low: number): bigint {
    let value = 0;
    for (let i = 0; i < 3; i++) {
      const byte = this.u8();
      if (i === 2 && byte > 1) break;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return (BigInt(value) << 49n) | BigInt(low);
    }
    this.isShort = true;
    return 0n;
  }

  /** Zig-zag signed varint (Go `binary.Varint`). */
  varint(): bigint {
    const value = this.uvarint();
    return (value & 1n) === 0n ? value >> 1n : -((value + 1n) >> 1n);
  }

  /** A view into the same buffer; empty where too few bytes remain. */
  borrow(lengthBytes: number): Uint8Array {
    const at = this.#take(lengthBytes);
    return at < 0 ? new Uint8Array(0) : this.bytes.subarray(at, at + lengthBytes);
  }
}
