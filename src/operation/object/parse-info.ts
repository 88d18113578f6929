import { integerField, objectField, parseJsonObject, textField, type JsonObject } from '../../core/json.ts';
import type { StoredMessage } from '../content/message-walk.ts';
import type { ObjectInfo } from './types.ts';

/** What the streams of object stores are called. */
export const STORE_PREFIX = 'OBJ_';

/** Reads the metadata of an object (`$O.BUCKET.M.NAME`, the name in base64url); null where it is none. */
export function parseObjectInfo(message: StoredMessage): ObjectInfo | null {
  const parsed = parseJsonObject(message.data);
  if (!parsed.ok) return null;
  const name = textField(parsed.value, 'name');
  if (name === null) return null;
  return {
    bucket: message.stream.slice(STORE_PREFIX.length),
    name,
    nuid: textField(parsed.value, 'nuid') ?? '',
    sizeBytes: integerField(parsed.value, 'size') ?? 0n,
    chunks: integerField(parsed.value, 'chunks') ?? 0n,
    digest: textField(parsed.value, 'digest'),
    link: linkOf(parsed.value),
    isDeleted: parsed.value['deleted'] === true,
    timeNs: message.timeNs,
  };
}

function linkOf(info: JsonObject): ObjectInfo['link'] {
  const link = objectField(objectField(info, 'options') ?? {}, 'link');
  if (link === null) return null;
  return { bucket: textField(link, 'bucket') ?? '', name: textField(link, 'name') };
}
