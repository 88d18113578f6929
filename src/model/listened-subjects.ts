import { objectField, textField, type JsonObject } from '../core/json.ts';

/** What a stream of this configuration listens to: one without subjects to its own name, unless it only copies. */
export function listenedSubjects(config: JsonObject): string[] {
  const { subjects } = config;
  if (Array.isArray(subjects) && subjects.length > 0)
    return subjects.filter((subject) => typeof subject === 'string');
  const isCopy = objectField(config, 'mirror') !== null || Array.isArray(config['sources']);
  const name = textField(config, 'name');
  return isCopy || name === null ? [] : [name];
}
