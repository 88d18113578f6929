import { crc32cMasked, decodeS2Input, s2InputWindow } from '../../kernels/index.ts';
import {
  beginsAsS2,
  CHUNK_CRC_BYTES,
  CHUNK_HEADER_BYTES,
  CHUNK_TYPE,
  MAX_DECODED_BYTES,
  S2_IDENTIFIER,
} from './framing.ts';
import { readChunkHead, type ChunkGap, type ChunkHead, type PassGap, type Read } from './index-chunks.ts';

const WINDOW_BYTES = 1024 * 1024;
const HEAD_BYTES = CHUNK_HEADER_BYTES + CHUNK_CRC_BYTES + 5;
/** What the servers' writer puts into a chunk; a guess for one of which nothing is known. */
const USUAL_DECODED_BYTES = 1024 * 1024;
/** The same as a chunk begins with it. */
const USUAL_LENGTH = [0x80, 0x80, 0x40];
/** So many damaged chunks in a row are passed with the headers that they have. */
const MOST_HOPS = 16;
/** What it costs to try a chunk out, beside decoding it: short ones may seem to be anywhere. */
const TRIAL_BYTES = 1024;
/** Of the decoded length that a compressed body begins with. */
const MOST_LENGTH_BYTES = 5;
/** No writer makes a longer body. */
const MOST_BODY_BYTES = MAX_DECODED_BYTES + CHUNK_CRC_BYTES;

/** Whether a chunk that begins there in a file was decoded before, and its CRC fits. */
export type SoundChunks = (path: string, encodedAt: number) => boolean;

/**
 * Goes on behind a damaged chunk header at the next chunk whose CRC fits. Decoding candidates that are none is bounded
 * by a multiple of the stream's size. `isSound`: chunks that need not be decoded to know that they are none.
 */
export function gapPasser(
  read: Read,
  sizeBytes: number,
  isSound: (encodedAt: number) => boolean = () => false,
): PassGap {
  const search = new ChunkSearch(read, sizeBytes, isSound);
  return (offsetBytes) => search.gapAt(offsetBytes);
}

/** A header that can be read. */
interface FoundHead extends ChunkHead {
  /** Where the next one begins. */
  readonly next: number;
}

class ChunkSearch {
  readonly #read: Read;
  readonly #sizeBytes: number;
  readonly #isSound: (encodedAt: number) => boolean;
  readonly #head = new Uint8Array(HEAD_BYTES);
  #body = Buffer.alloc(0);
  /** Bytes from `#windowAt` on. */
  #window = new Uint8Array(0);
  #windowAt = 0;
  #room = new Uint8Array(0);
  #budget: number;

  constructor(read: Read, sizeBytes: number, isSound: (encodedAt: number) => boolean) {
    this.#read = read;
    this.#sizeBytes = sizeBytes;
    this.#isSound = isSound;
    this.#budget = 8 * sizeBytes + WINDOW_BYTES;
  }

  gapAt(encodedAt: number): ChunkGap | null {
    const head = this.#headAt(encodedAt);
    if (head !== null) {
      if (head.decodedBytes > 0 && this.#isWhole(encodedAt, head)) return null;
      const isIdentifier = head.type === CHUNK_TYPE.identifier;
      if (isIdentifier || this.#leadsOn(head.next))
        return isIdentifier
          ? null
          : (this.#filled(encodedAt, head.next) ?? this.#ofUnsureLength(encodedAt, head));
    }
    const end = this.#nextChunk(encodedAt + 1);
    if (end - encodedAt <= CHUNK_HEADER_BYTES + CHUNK_CRC_BYTES) return this.#empty(encodedAt, end);
    const filled = this.#filled(encodedAt, end);
    if (filled !== null) return filled;
    const claimed = readChunkHead(this.#head.subarray(0, this.#readHead(encodedAt)), encodedAt);
    // A chunk that the end of the stream cuts off: what there is of it may decode.
    if (end === this.#sizeBytes && !('code' in claimed) && claimed.decodedBytes > 0) {
      const decodedBytes = partOf(claimed, end - encodedAt - CHUNK_HEADER_BYTES);
      return { encodedAt, encodedEnd: end, type: claimed.type, decodedBytes };
    }
    return { encodedAt, encodedEnd: end, type: null, decodedBytes: this.#guess(encodedAt, end) };
  }

  #empty(encodedAt: number, encodedEnd: number): ChunkGap {
    return { encodedAt, encodedEnd, type: null, decodedBytes: 0 };
  }

  /** The chunk that fills a stretch, whatever its header says; null where none does. */
  #filled(encodedAt: number, encodedEnd: number): ChunkGap | null {
    for (const type of [CHUNK_TYPE.compressed, CHUNK_TYPE.raw]) {
      const decodedBytes = this.#decodesTo(encodedAt, type, encodedEnd - encodedAt - CHUNK_HEADER_BYTES);
      if (decodedBytes > 0) return { encodedAt, encodedEnd, type, decodedBytes };
    }
    return null;
  }

  /** A chunk between good headers that does not decode: how long it was only its damaged body claims. null: it does. */
  #ofUnsureLength(encodedAt: number, { type, bodyBytes, decodedBytes, next }: FoundHead): ChunkGap | null {
    if (decodedBytes === 0 || type === CHUNK_TYPE.raw) return null;
    if (this.#decode(encodedAt, type, bodyBytes)?.length === decodedBytes) return null;
    const isPossible = decodedBytes >= bodyBytes - CHUNK_CRC_BYTES - MOST_LENGTH_BYTES;
    return {
      encodedAt,
      encodedEnd: next,
      type,
      decodedBytes: isPossible ? decodedBytes : Math.max(bodyBytes, USUAL_DECODED_BYTES),
      isGuess: true,
    };
  }

  /** A header that can be read, of a chunk that ends within the stream. */
  #headAt(at: number): FoundHead | null {
    const bytes = this.#head.subarray(0, this.#readHead(at));
    const head = readChunkHead(bytes, at);
    if ('code' in head || head.bodyBytes > MOST_BODY_BYTES) return null;
    if (head.type === CHUNK_TYPE.identifier && !beginsAsS2(bytes)) return null;
    const next = at + CHUNK_HEADER_BYTES + head.bodyBytes;
    return next > this.#sizeBytes ? null : { ...head, next };
  }

  /** Whether headers lead from here to a chunk whose CRC fits, or to the end: then those before are good, too. */
  #leadsOn(from: number): boolean {
    let at = from;
    for (let hops = 0; hops < MOST_HOPS; hops++) {
      if (at === this.#sizeBytes) return true;
      const head = this.#headAt(at);
      if (head === null) return false;
      if (head.type === CHUNK_TYPE.identifier) return true;
      if (head.decodedBytes > 0 && this.#decodesTo(at, head.type, head.bodyBytes) === head.decodedBytes)
        return true;
      at = head.next;
    }
    return false;
  }

  /** What a chunk without a trustworthy header stands for: the length that its body begins with, else the usual one. */
  #guess(encodedAt: number, end: number): number {
    if (end - encodedAt <= S2_IDENTIFIER.length) return 0;
    const head = this.#head.subarray(0, this.#readHead(encodedAt));
    head.set([CHUNK_TYPE.compressed, 0xff, 0xff, 0xff]);
    const claimed = readChunkHead(head, encodedAt);
    // Nothing decodes to less than it is.
    const least = end - encodedAt - CHUNK_HEADER_BYTES - CHUNK_CRC_BYTES;
    if (!('code' in claimed) && claimed.decodedBytes >= least) return claimed.decodedBytes;
    return Math.max(least, USUAL_DECODED_BYTES);
  }

  /** Where the next chunk begins whose CRC fits; the end of the stream where none does. */
  #nextChunk(from: number): number {
    for (let at = from; at + HEAD_BYTES < this.#sizeBytes; at += WINDOW_BYTES) {
      const window = this.#readWindow(at);
      for (let i = 0; i < window.length; i++) {
        if ((window[i] ?? 0) > CHUNK_TYPE.raw || !mayBeHead(window, i)) continue;
        if (this.#isChunk(at + i)) return at + i;
        if (this.#budget <= 0) return this.#sizeBytes;
      }
    }
    return this.#sizeBytes;
  }

  #isChunk(at: number): boolean {
    const head = this.#headAt(at);
    if (head === null || !isData(head)) return false;
    // Most of what looks like a header is none, and decoding it would soon use up the budget.
    if (!this.#isFollowed(head.next) && head.decodedBytes !== USUAL_DECODED_BYTES) return false;
    this.#budget -= TRIAL_BYTES;
    return this.#decodesTo(at, head.type, head.bodyBytes) === head.decodedBytes;
  }

  /** Whether a header that a server writes, or the end, is there. */
  #isFollowed(at: number): boolean {
    if (at === this.#sizeBytes) return true;
    const head = this.#headAt(at);
    return head !== null && (head.type === CHUNK_TYPE.identifier || isData(head));
  }

  /** From the window where it lies there: zeros look like a head at every byte. */
  #readHead(at: number): number {
    const from = at - this.#windowAt;
    if (from < 0 || from + HEAD_BYTES > this.#window.length) return this.#read(this.#head, at);
    this.#head.set(this.#window.subarray(from, from + HEAD_BYTES));
    return HEAD_BYTES;
  }

  #readWindow(at: number): Uint8Array {
    if (this.#room.length === 0) this.#room = new Uint8Array(WINDOW_BYTES);
    this.#windowAt = at;
    this.#window = this.#room.subarray(0, this.#read(this.#room, at));
    return this.#window;
  }

  #isWhole(at: number, { type, bodyBytes, decodedBytes }: ChunkHead): boolean {
    const lengthBytes = bodyBytes - CHUNK_CRC_BYTES;
    if (lengthBytes <= 0 || this.#budget < lengthBytes || !this.#isSound(at))
      return this.#decodesTo(at, type, bodyBytes) === decodedBytes;
    // As if it were decoded: how far the budget goes does not depend on what is known.
    this.#budget -= lengthBytes;
    return true;
  }

  /** How many bytes a chunk decodes to; 0 where its CRC does not fit. */
  #decodesTo(at: number, type: number, bodyBytes: number): number {
    const decoded = this.#decode(at, type, bodyBytes);
    return decoded !== null && crc32cMasked(decoded) === this.#body.readUInt32LE(0) ? decoded.length : 0;
  }

  /** What a chunk decodes to, whatever its CRC; its body is in `#body` then. null: it does not, or the budget is used up. */
  #decode(at: number, type: number, bodyBytes: number): Uint8Array | null {
    const lengthBytes = bodyBytes - CHUNK_CRC_BYTES;
    if (lengthBytes <= 0 || bodyBytes > MOST_BODY_BYTES || this.#budget < lengthBytes) return null;
    this.#budget -= lengthBytes;
    if (this.#body.length < bodyBytes) this.#body = Buffer.alloc(2 * bodyBytes);
    const body = this.#body.subarray(0, bodyBytes);
    this.#read(body, at + CHUNK_HEADER_BYTES);
    // Not read into it: what is read may itself be decoded there, and kept.
    const input = s2InputWindow(lengthBytes);
    input.set(body.subarray(CHUNK_CRC_BYTES));
    return type === CHUNK_TYPE.raw ? input : decodeS2Input(lengthBytes);
  }
}

/** Whether a length stands behind a type that leads to another type, as far as these bytes tell: most of what looks like a head does not. */
function mayBeHead(bytes: Uint8Array, at: number): boolean {
  if (at + HEAD_BYTES > bytes.length) return true;
  const bodyBytes = (bytes[at + 1] ?? 0) | ((bytes[at + 2] ?? 0) << 8) | ((bytes[at + 3] ?? 0) << 16);
  if (bodyBytes <= CHUNK_CRC_BYTES || bodyBytes > MOST_BODY_BYTES) return false;
  const decodedAt = at + CHUNK_HEADER_BYTES + CHUNK_CRC_BYTES;
  if (bytes[at] === CHUNK_TYPE.compressed && bytes[decodedAt] === 0) return false;
  const nextType = bytes[at + CHUNK_HEADER_BYTES + bodyBytes] ?? CHUNK_TYPE.raw;
  if (nextType <= CHUNK_TYPE.raw || nextType === CHUNK_TYPE.identifier) return true;
  return (
    bodyBytes - CHUNK_CRC_BYTES === USUAL_DECODED_BYTES ||
    USUAL_LENGTH.every((byte, i) => bytes[decodedAt + i] === byte)
  );
}

/** A chunk with data in it is never larger than what it decodes to. */
function isData({ decodedBytes, bodyBytes }: Pick<ChunkHead, 'decodedBytes' | 'bodyBytes'>): boolean {
  return decodedBytes > 0 && decodedBytes >= bodyBytes - CHUNK_CRC_BYTES - MOST_LENGTH_BYTES;
}

function partOf({ type, decodedBytes }: { type: number; decodedBytes: number }, bodyBytes: number): number {
  return type === CHUNK_TYPE.raw ? Math.max(0, bodyBytes - CHUNK_CRC_BYTES) : decodedBytes;
}
