import type { ByteSource } from '../../source/byte-source.ts';
import { parsePaxRecords } from './header.ts';

const MAX_EXTENSION_BYTES = 1024 * 1024;

/** What PAX and GNU headers say of the entry that follows them. */
export class PendingExtension {
  #name: string | null = null;
  #size: number | null = null;

  /** The entry's name, where one of its own headers gives it. */
  nameOr(name: string): string {
    return this.#name ?? name;
  }

  /** The same for its size; NaN where it is no number. */
  sizeOr(sizeBytes: number): number {
    return this.#size ?? sizeBytes;
  }

  /** Takes the content of an extension header of this type; false where it cannot be read. */
  take(type: string, source: ByteSource, at: number, sizeBytes: number): boolean {
    const bytes = new Uint8Array(Math.min(sizeBytes, MAX_EXTENSION_BYTES));
    source.read(bytes, at);
    if (type === 'L') this.#name = new TextDecoder().decode(bytes).replace(/\0.*$/s, '');
    if (type !== 'x') return true;
    const records = parsePaxRecords(bytes);
    if (records === null) return false;
    this.#name = records.get('path') ?? this.#name;
    const size = records.get('size');
    if (size !== undefined) this.#size = /^\d{1,19}$/.test(size) ? Number(size) : Number.NaN;
    return true;
  }

  /** The entry it was about is taken. */
  clear(): void {
    this.#name = null;
    this.#size = null;
  }
}
