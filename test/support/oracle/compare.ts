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

/** A case beside what a server of one version made of it. */
export interface Comparison extends Case {
  readonly version: string;
  readonly predicted: string;
  readonly observed: string;
  readonly agrees: boolean;
}

export interface OracleOptions {
  readonly count: number;
  readonly seed: number;
  readonly versions: readonly string[];
  /** Accounts of the only cases to look at; null: all. */
  readonly only: ReadonlySet<string> | null;
  /** A folder to work in. */
  readonly folder: string;
}

/** What servers of one version made of the cases, by account. */
export type Answers = ReadonlyMap<string, Observed>;

export interface OracleResult {
  readonly cases: readonly Case[];
  readonly comparisons: readonly Comparison[];
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

/** What was predicted of each case beside what a server did. */
export function comparisonsOf(
  cases: readonly Case[],
  version: string,
  predictions: ReadonlyMap<string, Prediction>,
  observed: Answers,
): Comparison[] {
  return cases.map((one) => {
    const prediction = predictions.get(one.account);
    const seen = observed.get(one.account);
    const predicted = prediction === undefined ? 'no prediction' : told(prediction);
    const found = seen === undefined ? 'no answer' : told(seen);
    const agrees = predicted === found;
    return { ...one, version, predicted, observed: `${found} ${seen?.detail ?? ''}`, agrees };
  });
}

/** Agreed of compared: of all, by version, by what was damaged, and where two things were. */
export function ratesOf(comparisons: readonly Comparison[]): string[] {
  const rates = new Map<string, { agreed: number; compared: number }>();
  for (const { version, done, agrees } of comparisons)
    for (const key of ['all', version, damagedIn(done), ...(isTwofold(done) ? ['twofold'] : [])]) {
      const rate = rates.get(key) ?? { agreed: 0, compared: 0 };
      rates.set(key, { agreed: rate.agreed + Number(agrees), compared: rate.compared + 1 });
    }
  return [...rates].map(
    ([key, { agreed, compared }]) =>
      `${key}: ${((100 * agreed) / compared).toFixed(2)} % (${agreed} of ${compared})`,
  );
}

/** `block`, `index`, `consumer`, …: the first thing that was damaged. */
function damagedIn(done: string): string {
  const first = done.split('; ').find((one) => one !== 'nothing');
  return first?.split(/[ .]/)[0] ?? 'nothing';
}

/** Two damages; an index that goes with a block is no other. */
function isTwofold(done: string): boolean {
  return done.split('; ').filter((one) => one !== 'index.db removed' && one !== 'nothing').length > 1;
}

/** In one line, what both sides must say alike. */
export function told(side: Prediction | Observed): string {
  const outcome = side.outcome === 'whole' || side.outcome === 'loss' ? 'served' : side.outcome;
  if (outcome !== 'served') return outcome;
  return `${side.messages} messages ${side.first_seq}-${side.last_seq} [${side.consumers.join(' ')}]`;
}
