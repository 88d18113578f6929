import { UsageError } from '../../core/error.ts';
import type { SubjectMapping } from '../../core/subject-map.ts';

/** The rules for subjects that were asked for, and those that some subject fitted. */
export interface SubjectRules {
  readonly given: readonly SubjectMapping[];
  readonly used: ReadonlySet<SubjectMapping>;
}

/** A stream that is written by them. */
interface RuledStream {
  readonly name: string;
  readonly rules: SubjectRules;
}

/**
 * Tells, once streams are written, of each rule that no subject fitted: neither one of a configuration or a consumer's
 * filter nor a message's. Throws UsageError where there is no other rule: what was asked for was not done.
 */
export function unusedRules(streams: readonly RuledStream[]): string[] {
  const unused = unusedSoFar(streams);
  const all = new Set(streams.flatMap(({ rules }) => rules.given.map(textOf)));
  if (unused.length > 0 && unused.length === all.size)
    throw new UsageError(
      `no subject of ${streams.map(({ name }) => name).join(', ')} fits --map-subject ${unused.join(' or ')}; nothing was written`,
    );
  return unused.map((rule) => `no subject fits --map-subject ${rule}`);
}

/** The same before anything is written: messages are not known yet. */
export function plannedRules(streams: readonly RuledStream[]): string[] {
  return unusedSoFar(streams).map(
    (rule) =>
      `no subject of a configuration or consumer fits --map-subject ${rule}; whether messages do is known when they are written`,
  );
}

function unusedSoFar(streams: readonly RuledStream[]): string[] {
  const given = new Set(streams.flatMap(({ rules }) => rules.given.map(textOf)));
  const used = new Set(streams.flatMap(({ rules }) => [...rules.used].map(textOf)));
  return [...given].filter((rule) => !used.has(rule));
}

/** The rule as it is typed. */
function textOf({ from, to }: SubjectMapping): string {
  return `${from.join('.')}=${to.join('.')}`;
}
