import type { StreamParts } from '../container/entry.ts';
import type { JsonObject } from '../core/json.ts';
import type { Place } from '../findings/finding.ts';
import type { Manifest } from '../format/manifest/types.ts';
import type { StreamArchive } from './stream-archive.ts';

/** A stream of which nothing has been read yet. */
export function baseArchive(parts: StreamParts, name: string, manifest: Manifest | null): StreamArchive {
  return {
    parts,
    form: parts.form,
    account: parts.account,
    name,
    created: null,
    config: manifest?.config ?? null,
    manifest,
    encrypted: null,
    blocks: [],
    strayIndexes: [],
    index: null,
    indexStanding: 'none',
    consumers: [],
    ttlWheel: null,
    schedule: null,
    sources: null,
    place: placeOf(parts, name),
    findings: [],
  };
}

/** Where findings of the stream are. */
export function placeOf(parts: StreamParts, name: string): Place {
  return {
    ...(parts.account === null ? {} : { account: parts.account }),
    ...(name === '' ? {} : { stream: name }),
  };
}

/** The name in a configuration; empty where there is none. */
export function nameOf(config: JsonObject | null): string {
  return typeof config?.['name'] === 'string' ? config['name'] : '';
}
