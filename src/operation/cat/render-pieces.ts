import { hashKey } from '../../codec/highwayhash.ts';
import { unpackRanges } from '../../core/packed-ranges.ts';
import { clipRanges, MAX_SEQUENCE, type SequenceRanges } from '../../core/sequence-ranges.ts';
import { mostLineBytes, type LineOptions } from '../../kernels/index.ts';
import type { BlockCut } from '../../kernels/types.ts';
import type { BlockLiveSet } from '../../model/live-set.ts';
import { descriptorOf } from '../../model/read-entry.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { RenderResult } from '../../workers/jobs/render.ts';
import type { ScanResult } from '../../workers/jobs/scan.ts';
import type { Pool } from '../../workers/pool.ts';
import { isSound } from '../../workers/scan-block.ts';
import type { MessageSieve } from '../filter/message-sieve.ts';
import type { RecordFilter } from '../filter/types.ts';
import type { BlockPiece } from './walk-blocks.ts';

/** A piece of more bytes holds records so large that its lines have no room. */
const MOST_PIECE_BYTES = 5 * 1024 * 1024;

/** Beside a piece like this, a few records of up to 32 MiB, the memory of threads is too much. */
const LARGE_PIECE_BYTES = 12 * 1024 * 1024;

/** What is rendered: blocks of a stream, and what is known of them. */
export interface RenderedStream {
  readonly archive: StreamArchive;
  readonly sets: readonly BlockLiveSet[];
  readonly results: ReadonlyMap<number, ScanResult>;
  /** What lines begin with, up to the subject; null: payloads only. */
  readonly start: Uint8Array | null;
}

/** Takes what was rendered, in order. */
export interface RenderTaker {
  /** The bytes hold until the promise resolves. */
  text(bytes: Uint8Array, messages: number): Promise<void>;
  /** What a thread does not render: messages of a damaged block, large ones, too many ranges of them. */
  piece(piece: BlockPiece): Promise<void>;
}

/** A piece on its way; `live`: which of its sequences are wanted. */
interface WantedPiece extends BlockPiece {
  readonly live: SequenceRanges;
  readonly canRender: boolean;
}

/**
 * Renders messages in threads, piece by piece, and gives the texts out in order. As many pieces as keep the threads busy are held;
 * their memory is used again, also for the next stream.
 */
export class PieceRenderer {
  readonly #pool: Pool;
  readonly #free: Uint8Array[] = [];
  readonly #running = new Set<Promise<unknown>>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Throws SourceError, CancelledError. */
  async render(
    stream: RenderedStream,
    sieve: MessageSieve,
    filter: RecordFilter,
    taker: RenderTaker,
  ): Promise<void> {
    await this.#pool.prepare();
    const ahead = 1 + 2 * this.#pool.threads;
    const begun: (() => Promise<void>)[] = [];
    for (const piece of wantedPieces(stream, sieve)) {
      begun.push(this.#begin(stream, piece, filter, taker));
      if (begun.length > ahead) await begun.shift()?.();
    }
    for (const finish of begun) await finish();
  }

  /** Has a piece rendered; what it returns gives the text out. */
  #begin(
    stream: RenderedStream,
    piece: WantedPiece,
    filter: RecordFilter,
    taker: RenderTaker,
  ): () => Promise<void> {
    if (!piece.canRender) return async () => this.#leave(piece, taker);
    const target = this.#free.pop() ?? new Uint8Array(new SharedArrayBuffer(mostLineBytes()));
    const lines = { live: piece.live, start: stream.start, ...filter };
    const rendered = this.#run(stream.archive, piece, lines, target);
    this.#running.add(rendered);
    const end = (): boolean => this.#running.delete(rendered);
    // What went wrong is told to whoever waits for it.
    rendered.then(end, end);
    return async () => {
      const { lengthBytes = null, messages = 0 } = (await rendered) ?? {};
      if (lengthBytes === null) await this.#leave(piece, taker);
      else if (messages > 0) await taker.text(target.subarray(0, lengthBytes), messages);
      this.#free.push(target);
    };
  }

  /** The calling thread has one scan at a time: what it may be rendering itself comes first. */
  async #leave(piece: BlockPiece, taker: RenderTaker): Promise<void> {
    await Promise.allSettled(this.#running);
    const { set, fromBytes, toBytes } = piece;
    if (Math.min(toBytes, set.scan.rawBytes) - fromBytes >= LARGE_PIECE_BYTES) {
      this.#free.length = 0;
      await this.#pool.close();
    }
    await taker.piece(piece);
  }

  async #run(
    archive: StreamArchive,
    { set, fromBytes, toBytes }: BlockPiece,
    lines: LineOptions,
    target: Uint8Array,
  ): Promise<RenderResult | undefined> {
    const [result] = await this.#pool.run(
      [
        {
          kind: 'render',
          source: descriptorOf(set.block.entry),
          key: hashKey(`${archive.name}-${set.block.index}`),
          fromBytes,
          toBytes,
          lines,
          target,
        },
      ],
      () => {},
    );
    return result;
  }
}

/** Pieces of the blocks that hold a wanted sequence, in order. */
function* wantedPieces({ sets, results }: RenderedStream, sieve: MessageSieve): Generator<WantedPiece> {
  for (const set of sets) {
    const live = sieve.clip(unpackRanges(set.live));
    if (live.length === 0) continue;
    const result = results.get(set.block.index);
    if (result !== undefined && isSound(result)) yield* piecesOf(set, result, live);
    else yield { set, fromBytes: 0, toBytes: Infinity, live, canRender: false };
  }
}

/** A block between its cuts, where wanted sequences lie. */
function* piecesOf(
  set: BlockLiveSet,
  { cuts, scan }: ScanResult,
  wanted: SequenceRanges,
): Generator<WantedPiece> {
  let from: BlockCut = { offsetBytes: 0, seq: -1n };
  for (const to of [...cuts, { offsetBytes: scan.rawBytes, seq: MAX_SEQUENCE }]) {
    const [fromBytes, toBytes] = [from.offsetBytes, to.offsetBytes];
    const live = clipRanges(wanted, from.seq + 1n, to.seq);
    if (live.length > 0)
      yield { set, fromBytes, toBytes, live, canRender: toBytes - fromBytes <= MOST_PIECE_BYTES };
    from = to;
  }
}
