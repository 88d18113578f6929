import { objectField, textField, type JsonObject } from '../core/json.ts';
import { subjectsOverlap } from '../core/subject.ts';

/** What a stream of this configuration listens to: one without subjects to its own name, unless it only copies. */
export function listenedSubjects(config: JsonObject): string[] {
  const { subjects } = config;
  if (Array.isArray(subjects) && subjects.length > 0)
    return subjects.filter((subject) => typeof subject === 'string');
  const name = textField(config, 'name');
  return isCopy(config) || name === null ? [] : [name];
}

export function isMirror(config: JsonObject): boolean {
  return objectField(config, 'mirror') !== null;
}

/** Whether it has messages of other streams, as a mirror or by sources. */
export function isCopy(config: JsonObject): boolean {
  return isMirror(config) || Array.isArray(config['sources']);
}

/** Pairs of subjects, of two configurations, that some message would fit both. */
export function overlaps(a: JsonObject, b: JsonObject): (readonly [string, string])[] {
  return listenedSubjects(a).flatMap((one) =>
    listenedSubjects(b).flatMap((other) => (subjectsOverlap(one, other) ? [[one, other] as const] : [])),
  );
}

/** Whether two configurations may be of one stream, by their subjects. Also where one is not known, or neither listens to any: mirrors. */
export function mayShareSubjects(mine: JsonObject | null, theirs: JsonObject | null): boolean {
  if (mine === null || theirs === null) return true;
  return (
    overlaps(mine, theirs).length > 0 || listenedSubjects(mine).length + listenedSubjects(theirs).length === 0
  );
}
