import type { Fault } from '../../findings/finding.ts';
import type { ByteSource } from '../../source/byte-source.ts';
import { parseTarHeader, TAR_BLOCK_BYTES, type TarHeader } from './header.ts';
import { framingFaults } from '../open-source.ts';
import { nameFault, normalName } from './entry-name.ts';
import { nextHeader } from './find-header.ts';
import { nextContent } from './next-content.ts';
import { PendingExtension } from './pending-extension.ts';

/** A regular file in a tar. */
export interface TarEntry {
  readonly path: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** What a tar holds, and what is wrong with it. */
export interface TarWalk {
  readonly entries: readonly TarEntry[];
  /** `entry` names the entry it is about. */
  readonly faults: readonly (Fault & { readonly entry?: string })[];
  /** Whether anything in it looked like a tar. */
  readonly headers: number;
  /** Whether the blocks of zeros were met that end a tar. */
  readonly isEnded: boolean;
  /** Content whose header is damaged. */
  readonly orphans: readonly { readonly offsetBytes: number; readonly sizeBytes: number }[];
}

/** A stretch that was lost before the tar was read; how long it was is a guess. */
export interface TarGap {
  readonly fromBytes: number;
  readonly toBytes: number;
}

/** A stream of a hundred thousand consumers has fewer; an archive with more is not a snapshot. */
const MOST_ENTRIES = 2_000_000;

/**
 * Finds the files of a tar by reading only its headers. Goes on behind damage at the next header that fits. `gaps`, of a
 * salvage: behind one of them headers may be anywhere.
 */
export function walkTar(source: ByteSource, gaps: readonly TarGap[] | null = null): TarWalk {
  const walker = new TarWalker(source, gaps);
  walker.walk();
  return walker;
}

class TarWalker implements TarWalk {
  readonly entries: TarEntry[] = [];
  readonly faults: (Fault & { readonly entry?: string })[] = [];
  headers = 0;
  isEnded = false;
  readonly orphans: { offsetBytes: number; sizeBytes: number }[] = [];
  readonly #source: ByteSource;
  readonly #gaps: readonly TarGap[] | null;
  readonly #seen = new Set<string>();
  readonly #block = new Uint8Array(TAR_BLOCK_BYTES);
  readonly #extension = new PendingExtension();

  constructor(source: ByteSource, gaps: readonly TarGap[] | null) {
    this.#source = source;
    this.#gaps = gaps;
  }

  walk(): void {
    let at = 0;
    while (at < this.#source.sizeBytes) {
      const header = this.#readHeader(at);
      if (header === 'zero' && !this.#isDamagedAt(at) && !this.#goesOn(at)) return this.#end(at);
      if (header === 'cut') {
        this.faults.push({
          code: 'TAR_CUT',
          offsetBytes: at,
          data: { remaining: this.#source.sizeBytes - at },
        });
        return;
      }
      at = header === null || header === 'zero' ? this.#resynchronise(at) : this.#take(header, at);
      if (this.headers + this.faults.length > MOST_ENTRIES)
        return void this.faults.push({ code: 'TAR_CUT', offsetBytes: at });
    }
    const isCut = this.faults.some(
      (fault) => fault.code === 'TAR_CUT' || fault.code === 'TAR_ENTRY_OVERSIZED',
    );
    if (!isCut) this.faults.push({ code: 'TAR_END_MISSING', offsetBytes: this.#source.sizeBytes });
  }

  #readHeader(at: number): TarHeader | 'zero' | 'cut' | null {
    const filled = this.#source.read(this.#block, at);
    return filled < TAR_BLOCK_BYTES ? 'cut' : parseTarHeader(this.#block);
  }

  /** For a salvage zeros are no end where anything else follows. */
  #goesOn(at: number): boolean {
    return this.#gaps !== null && nextContent(this.#source, at) !== null;
  }

  /** A damaged chunk reads as zeros: that is no end. */
  #isDamagedAt(at: number): boolean {
    return framingFaults(this.#source).some(({ code, data }) => {
      const from = Number(data?.['decoded_offset'] ?? Infinity);
      const readsAsZeros = code === 'S2_CHUNK_CORRUPT' || this.#gaps !== null;
      return readsAsZeros && at >= from && at < from + Number(data?.['decoded_length'] ?? 0);
    });
  }

  /** Two blocks of zeros end a tar; anything but zeros behind them was not written by a server. */
  #end(at: number): void {
    if (at + 2 * TAR_BLOCK_BYTES > this.#source.sizeBytes) {
      this.faults.push({ code: 'TAR_END_MISSING', offsetBytes: at });
      return;
    }
    this.isEnded = true;
    const offsetBytes = nextContent(this.#source, at);
    if (offsetBytes === null) return;
    const lengthBytes = this.#source.sizeBytes - offsetBytes;
    this.faults.push({ code: 'TAR_TRAILING_DATA', offsetBytes, lengthBytes });
  }

  #resynchronise(at: number): number {
    this.faults.push({ code: 'TAR_HEADER_CORRUPT', offsetBytes: at });
    if (this.#gaps !== null) return this.#passOrphan(at);
    for (
      let next = at + TAR_BLOCK_BYTES;
      next + TAR_BLOCK_BYTES <= this.#source.sizeBytes;
      next += TAR_BLOCK_BYTES
    ) {
      const header = this.#readHeader(next);
      if (header !== null && header !== 'cut' && header !== 'zero') return next;
    }
    return this.#source.sizeBytes;
  }

  #passOrphan(at: number): number {
    const isBehindGap = this.#gaps?.some((gap) => gap.fromBytes <= at) === true;
    const next = nextHeader(this.#source, at + 1, isBehindGap ? 1 : TAR_BLOCK_BYTES, at);
    const contentAt = Math.min(next, isBehindGap ? at : at + TAR_BLOCK_BYTES);
    this.orphans.push({ offsetBytes: contentAt, sizeBytes: next - contentAt });
    return next;
  }

  /** Where the content of an entry ends; behind a gap in it, at the next header, wherever that is. */
  #endOfContent(contentAt: number, sizeBytes: number): number {
    const end = contentAt + sizeBytes;
    const gap = this.#gaps?.find(({ fromBytes, toBytes }) => fromBytes < end && toBytes > contentAt);
    if (gap === undefined) return end;
    const next = this.#readHeader(contentAt + paddedBytes(sizeBytes));
    if (next !== null && next !== 'cut' && next !== 'zero') return end;
    return nextHeader(this.#source, Math.max(contentAt, gap.toBytes), 1, contentAt);
  }

  /** Takes one header and steps over its content; gives where the next header is. */
  #take(header: TarHeader, at: number): number {
    this.headers++;
    const contentAt = at + TAR_BLOCK_BYTES;
    const remaining = this.#source.sizeBytes - contentAt;
    const isExtension = 'xgLK'.includes(header.type);
    const name = isExtension ? header.name : this.#extension.nameOr(header.name);
    const sizeBytes = isExtension ? header.sizeBytes : this.#extension.sizeOr(header.sizeBytes);
    const end = Number.isFinite(sizeBytes) ? this.#endOfContent(contentAt, sizeBytes) : contentAt;
    if (end !== contentAt + sizeBytes && Number.isFinite(sizeBytes)) {
      if (!isExtension) this.#takeEntry(header, normalName(name), contentAt, end - contentAt);
      return end;
    }
    if (!Number.isFinite(sizeBytes) || sizeBytes > remaining) {
      this.#takeTooLong(name, sizeBytes, contentAt, remaining);
      return this.#source.sizeBytes;
    }
    if (!isExtension) {
      this.#takeEntry(header, normalName(name), contentAt, sizeBytes);
      this.#extension.clear();
    } else if (!this.#extension.take(header.type, this.#source, contentAt, sizeBytes))
      this.faults.push({ code: 'TAR_HEADER_CORRUPT', offsetBytes: at });
    return contentAt + paddedBytes(sizeBytes);
  }

  /** A size no archive has is a lie; one that merely passes the end is a cut. What is there of it is kept. */
  #takeTooLong(name: string, sizeBytes: number, contentAt: number, remaining: number): void {
    const isPlausible = Number.isFinite(sizeBytes) && sizeBytes < 2 ** 40;
    this.faults.push({
      code: isPlausible ? 'TAR_CUT' : 'TAR_ENTRY_OVERSIZED',
      offsetBytes: contentAt - TAR_BLOCK_BYTES,
      data: { claimed: String(sizeBytes), remaining },
      entry: name,
    });
    if (isPlausible && nameFault(normalName(name)) === null)
      this.entries.push({ path: normalName(name), offsetBytes: contentAt, sizeBytes: remaining });
  }

  #takeEntry(header: TarHeader, path: string, offsetBytes: number, sizeBytes: number): void {
    const place = { offsetBytes: offsetBytes - TAR_BLOCK_BYTES, entry: path };
    if (header.type !== '0')
      return void this.faults.push({
        code: 'TAR_ENTRY_TYPE',
        ...place,
        data: { type: header.type, name: path },
      });
    const fault = nameFault(path);
    if (fault !== null) this.faults.push({ code: fault, ...place, data: { name: path } });
    if (fault === 'TAR_PATH_UNSAFE') return;
    if (this.#seen.has(path))
      return void this.faults.push({ code: 'TAR_ENTRY_DUPLICATE', ...place, data: { name: path } });
    this.#seen.add(path);
    this.entries.push({ path, offsetBytes, sizeBytes });
  }
}

function paddedBytes(sizeBytes: number): number {
  return Math.ceil(sizeBytes / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES;
}
