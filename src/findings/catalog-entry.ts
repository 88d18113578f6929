/** How much a finding matters; see `status.ts` for what they come to. */
export type Severity = 'critical' | 'warning' | 'info';

/** What the catalogue tells of one code: the only place where its prose stands. */
export interface CatalogEntry {
  readonly severity: Severity;
  /** The archive could not be judged: the status is UNKNOWN unless something critical was found. */
  readonly unknown?: true;
  /** One short clause, no full stop: the head of the message and of `explain`. */
  readonly title: string;
  /** What was seen, and what it proves or does not. */
  readonly meaning: string;
  /** What a server does with it on restore or start. */
  readonly consequence: string;
  /** What an operator does next. */
  readonly advice: string;
}
