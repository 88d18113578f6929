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

/** In one line, what both sides must say alike. */
export function told(side: Prediction | Observed): string {
  const outcome = side.outcome === 'whole' || side.outcome === 'loss' ? 'served' : side.outcome;
  if (outcome !== 'served') return outcome;
  return `${side.messages} messages ${side.first_seq}-${side.last_seq} [${side.consumers.join(' ')}]`;
}
