import type { Prediction } from '../../../src/operation/types.ts';
import type { Observed } from './serve.ts';

/** A stream as it lies in a damaged copy of a capture. */
export interface Case {
  readonly account: string;
  readonly stream: string;
  /** Where the undamaged stream came from. */
  readonly origin: string;
  readonly done: string;
  /** The undamaged archive, its messages, and the damaged copy. */
  readonly originalPath: string;
  readonly messages: ReadonlyMap<bigint, string>;
  readonly path: string;
}

export interface Disagreement extends Case {
  readonly version: string;
  readonly predicted: string;
  readonly observed: string;
}

export interface OracleOptions {
  readonly count: number;
  readonly seed: number;
  readonly versions: readonly string[];
  /** A folder to work in. */
  readonly folder: string;
}

/** What servers of one version made of the cases, by account. */
export type Answers = ReadonlyMap<string, Observed>;

export interface OracleResult {
  readonly cases: readonly Case[];
  readonly comparisons: number;
  readonly disagreements: readonly Disagreement[];
  /** By version. */
  readonly answers: ReadonlyMap<string, Answers>;
}

/** The prediction for a server's generation. */
export function predictionFor(
  predictions: readonly Prediction[] | undefined,
  version: string,
): Prediction | undefined {
  const generation = version.split('.').slice(0, 2).join('.');
  return predictions?.find((one) => one.server === generation);
}

/** Where a server did something else than was predicted. */
export function disagreementsOf(
  cases: readonly Case[],
  version: string,
  predictions: ReadonlyMap<string, Prediction>,
  observed: Answers,
): Disagreement[] {
  return cases.flatMap((one) => {
    const prediction = predictions.get(one.account);
    const seen = observed.get(one.account);
    const predicted = prediction === undefined ? 'no prediction' : told(prediction);
    const found = seen === undefined ? 'no answer' : told(seen);
    if (predicted === found) return [];
    return [{ ...one, version, predicted, observed: `${found} ${seen?.detail ?? ''}` }];
  });
}

/** In one line, what both sides must say alike. */
function told(side: Prediction | Observed): string {
  const outcome = side.outcome === 'whole' || side.outcome === 'loss' ? 'served' : side.outcome;
  if (outcome !== 'served') return outcome;
  return `${side.messages} messages ${side.first_seq}-${side.last_seq} [${side.consumers.join(' ')}]`;
}
