import { integerField, type JsonObject } from '../../core/json.ts';
import { isSubjectPattern } from '../../core/subject.ts';

/** Why every server refuses to make a stream so; null where it is not known to. */
export function refusedSettings(config: JsonObject): string | null {
  const { subjects } = config;
  const bad = Array.isArray(subjects)
    ? subjects.find((subject) => typeof subject === 'string' && !isSubjectPattern(subject))
    : undefined;
  if (bad !== undefined) return `${JSON.stringify(bad)} is no subject`;
  const maxAgeNs = integerField(config, 'max_age') ?? 0n;
  const windowNs = integerField(config, 'duplicate_window') ?? 0n;
  return maxAgeNs > 0n && windowNs > maxAgeNs ? 'duplicate_window is longer than max_age' : null;
}
