import type { Gunzip } from 'node:zlib';
import type { ByteSource } from './byte-source.ts';

const PIECE_BYTES = 16 * 1024;
const NO_MARK = 'incorrect header check';

/** Where zlib would not go on: the piece it was given last, in bytes of the gzip, and how much came out of those before it. */
interface Stop {
  readonly pieceAtBytes: number;
  readonly inflatedBytes: number;
  readonly error: NodeJS.ErrnoException;
}

/**
 * Inflates a gzip of one or more members, piece by piece. Damage ends it: everything that comes out of the bytes before has
 * been given by then, and `error` holds zlib's.
 */
export class GunzipReader {
  /** `Z_BUF_ERROR`: the gzip is cut. */
  error: NodeJS.ErrnoException | null = null;
  /** Where data begins, behind a whole member, that is no member: `gzip` leaves it out with a warning. */
  trailingAtBytes: number | null = null;
  readonly #of: ByteSource;

  constructor(of: ByteSource) {
    this.#of = of;
  }

  async *read(): AsyncGenerator<Uint8Array> {
    const stop = yield* this.#inflate(0, Infinity);
    if (stop === null) return;
    // Only where a member should begin, all before it whole, zlib looks for the mark of one: it needs two bytes for that.
    const isTrailing = stop.error.message === NO_MARK;
    if (!isTrailing) this.error = stop.error;
    // zlib keeps to itself what it inflated of the piece in which it met the damage: byte by byte that is next to nothing.
    if (stop.pieceAtBytes >= this.#of.sizeBytes) return;
    const exact = yield* this.#inflate(stop.inflatedBytes, stop.pieceAtBytes);
    if (isTrailing && exact !== null) this.trailingAtBytes = exact.pieceAtBytes - 1;
  }

  /** Leaves out the first bytes of what comes out; goes byte by byte from an offset of the gzip on. */
  async *#inflate(skippedBytes: number, finelyFrom: number): AsyncGenerator<Uint8Array, Stop | null> {
    const { createGunzip } = await import('node:zlib');
    const gunzip = createGunzip({ chunkSize: 4 * PIECE_BYTES });
    let inflatedBytes = 0;
    try {
      for (let at = 0; ;) {
        const pieceBytes = at < finelyFrom ? PIECE_BYTES : 1;
        const piece = new Uint8Array(Math.min(pieceBytes, this.#of.sizeBytes - at));
        this.#of.read(piece, at);
        const { content, error, isEnd } = await step(gunzip, piece);
        if (error !== null) return { pieceAtBytes: at, inflatedBytes, error };
        for (const part of content) {
          const fresh = part.subarray(Math.max(0, skippedBytes - inflatedBytes));
          inflatedBytes += part.length;
          if (fresh.length > 0) yield fresh;
        }
        if (isEnd) return null;
        at += piece.length;
      }
    } finally {
      gunzip.destroy();
    }
  }
}

interface Step {
  readonly content: readonly Uint8Array[];
  readonly error: NodeJS.ErrnoException | null;
  readonly isEnd: boolean;
}

/** What comes out of one more piece; an empty one ends the gzip. */
async function step(gunzip: Gunzip, piece: Uint8Array): Promise<Step> {
  const content: Uint8Array[] = [];
  const take = (): void => {
    for (
      let part = gunzip.read() as Uint8Array | null;
      part !== null;
      part = gunzip.read() as Uint8Array | null
    )
      content.push(part);
  };
  return new Promise((resolve) => {
    const done = (error: NodeJS.ErrnoException | null, isEnd: boolean): void => {
      gunzip.off('readable', take).off('end', onEnd).off('error', onError);
      if (error === null) take();
      else gunzip.on('error', () => undefined);
      resolve({ content, error, isEnd });
    };
    const onEnd = (): void => done(null, true);
    const onError = (error: NodeJS.ErrnoException): void => done(error, false);
    gunzip.on('readable', take).once('end', onEnd).once('error', onError);
    if (piece.length === 0) gunzip.end();
    else
      gunzip.write(piece, (error) => {
        if (error === null || error === undefined) done(null, false);
      });
  });
}
