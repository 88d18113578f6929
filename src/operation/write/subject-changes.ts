import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';

/** Gives a subject its new form; as it is where no rule fits. */
export type MapSubject = (subject: string) => string;

/** A stream's configuration with its subjects mapped: what it listens to, transforms and republishes. */
export function mapStreamConfig(config: JsonObject, map: MapSubject): JsonObject {
  const subject = (value: JsonValue): JsonValue =>
    typeof value === 'string' && value !== '' ? map(value) : value;
  return mapFields(config, {
    subjects: (value) => (Array.isArray(value) ? value.map(subject) : value),
    subject_transform: (value) => mapObject(value, { src: subject, dest: subject }),
    republish: (value) => mapObject(value, { src: subject }),
    mirror: (value) => mapTransforms(value, subject),
    sources: (value) =>
      Array.isArray(value) ? value.map((source) => mapTransforms(source, subject)) : value,
  });
}

/** A consumer's configuration with its filters mapped. */
export function mapConsumerConfig(config: JsonObject, map: MapSubject): JsonObject {
  const subject = (value: JsonValue): JsonValue =>
    typeof value === 'string' && value !== '' ? map(value) : value;
  return mapFields(config, {
    filter_subject: subject,
    filter_subjects: (value) => (Array.isArray(value) ? value.map(subject) : value),
  });
}

type FieldMaps = Readonly<Record<string, (value: JsonValue) => JsonValue>>;

/** What a source brings in is stored under the destination of its transforms. */
function mapTransforms(source: JsonValue, subject: (value: JsonValue) => JsonValue): JsonValue {
  return mapObject(source, {
    subject_transforms: (value) =>
      Array.isArray(value) ? value.map((transform) => mapObject(transform, { dest: subject })) : value,
  });
}

function mapObject(value: JsonValue, maps: FieldMaps): JsonValue {
  return isJsonObject(value) ? mapFields(value, maps) : value;
}

function mapFields(object: JsonObject, maps: FieldMaps): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([field, value]) => [field, maps[field]?.(value) ?? value]),
  );
}
