import type { Prediction } from '../../../src/operation/types.ts';
import type { Observed } from './serve.ts';

export interface Case {
  readonly account: string;
  readonly stream: string;
  /** Where the undamaged stream came from. */
  readonly origin: string;
  readonly done: string;
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

export interface OracleResult {
  readonly cases: number;
  readonly comparisons: number;
  readonly disagreements: readonly Disagreement[];
}

/** Where a server did something else than was predicted. */
export function disagreementsOf(
  cases: readonly Case[],
  version: string,
  predictions: ReadonlyMap<string, Prediction>,
  observed: ReadonlyMap<string, Observed>,
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
