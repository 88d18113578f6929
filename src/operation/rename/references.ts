import { isJsonObject, objectField, textField, type JsonObject, type JsonValue } from '../../core/json.ts';

/** Names of streams that a stream copies from, in its own account. */
export function copiedFrom(config: JsonObject): string[] {
  const mirror = objectField(config, 'mirror');
  const listed = config['sources'];
  const sources = Array.isArray(listed) ? listed.filter(isJsonObject) : [];
  return [...(mirror === null ? [] : [mirror]), ...sources]
    .filter((source) => source['external'] === undefined)
    .flatMap((source) => textField(source, 'name') ?? []);
}

/** The configuration of a stream that copies from `from`, which is called `to` now. */
export function followSource(config: JsonObject, from: string, to: string): JsonObject {
  const follow = (source: JsonValue): JsonValue =>
    isJsonObject(source) && source['external'] === undefined && source['name'] === from
      ? { ...source, name: to }
      : source;
  const { mirror, sources } = config;
  return {
    ...config,
    ...(mirror === undefined ? {} : { mirror: follow(mirror) }),
    ...(Array.isArray(sources) ? { sources: sources.map(follow) } : {}),
  };
}
