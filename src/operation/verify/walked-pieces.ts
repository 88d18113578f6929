import type { WalkedRuns } from '../../container/v2-walk.ts';
import type { Fault } from '../../findings/finding.ts';
import type { V2Run } from '../../kernels/index.ts';
import type { WalkResult } from '../../workers/jobs/walk.ts';

/** What was found in a piece, and where that ends. */
export interface Piece extends WalkResult {
  readonly toBytes: number;
}

/** What threads have walked. */
export class WalkedPieces implements WalkedRuns {
  readonly #runs: ReadonlyMap<number, { readonly run: V2Run; readonly piece: Piece }>;
  readonly #starts: readonly number[];
  readonly #used = new Set<Piece>();
  #next = 0;

  constructor(pieces: readonly Piece[]) {
    const runs = pieces.flatMap((piece) =>
      piece.runs.map(({ offsetBytes, run }) => [offsetBytes, { run, piece }] as const),
    );
    this.#runs = new Map(runs);
    this.#starts = runs.map(([offsetBytes]) => offsetBytes);
  }

  runAt(offsetBytes: number): ReturnType<WalkedRuns['runAt']> {
    const found = this.#runs.get(offsetBytes);
    if (found === undefined) return null;
    const { run, piece } = found;
    this.#used.add(piece);
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
