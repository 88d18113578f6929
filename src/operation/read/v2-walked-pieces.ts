import { unpackRanges } from '../../core/packed-ranges.ts';
import type { WalkedRuns } from '../../container/v2-walk.ts';
import type { Fault } from '../../findings/finding.ts';
import type { WalkedRun, WalkResult } from '../../workers/jobs/walk.ts';

/** What was found in a piece, and where that ends. */
export interface Piece extends WalkResult {
  readonly toBytes: number;
}

/** What threads have walked. */
export class WalkedPieces implements WalkedRuns {
  readonly #runs: ReadonlyMap<number, { readonly walked: WalkedRun; readonly piece: Piece }>;
  readonly #starts: readonly number[];
  readonly #used = new Set<Piece>();
  #room = new BigUint64Array(0);
  #next = 0;

  constructor(pieces: readonly Piece[]) {
    const runs = pieces.flatMap((piece) =>
      piece.runs.map((walked) => [walked.offsetBytes, { walked, piece }] as const),
    );
    this.#runs = new Map(runs);
    this.#starts = runs.map(([offsetBytes]) => offsetBytes);
  }

  runAt(offsetBytes: number): ReturnType<WalkedRuns['runAt']> {
    const found = this.#runs.get(offsetBytes);
    if (found === undefined) return null;
    const { walked, piece } = found;
    this.#used.add(piece);
    const { seqs } = walked;
    if (this.#room.length < 2 * seqs.pairs) this.#room = new BigUint64Array(2 * seqs.pairs);
    // Valid until the next one is asked for: whoever walks takes over what it keeps.
    const run = { ...walked.run, ranges: unpackRanges(seqs, this.#room) };
    return { run, readToBytes: Math.min(offsetBytes + run.takenBytes, piece.toBytes) };
  }

  /** Offsets rise from one call to the next. */
  nextBehind(offsetBytes: number): number {
    while ((this.#starts[this.#next] ?? Infinity) <= offsetBytes) this.#next++;
    return this.#starts[this.#next] ?? Infinity;
  }

  /** Of the pieces of which anything was asked for. */
  get faults(): readonly Fault[] {
    return [...this.#used].flatMap((piece) => piece.faults);
  }
}
