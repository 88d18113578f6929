import { headerFields } from '../../core/header-fields.ts';
import type { StoredMessage } from '../content/message-walk.ts';
import type { KvEntry } from './types.ts';

/** What the streams of KV buckets are called. */
export const BUCKET_PREFIX = 'KV_';

/** A message of a bucket as clients read it: the key is what follows `$KV.BUCKET.`. */
export function kvEntry(message: StoredMessage): KvEntry {
  return {
    account: message.account,
    bucket: message.stream.slice(BUCKET_PREFIX.length),
    key: keyOf(message.subject),
    revision: message.seq,
    operation: message.header === null ? 'PUT' : operationOf(message.header),
    value: message.data,
    timeNs: message.timeNs,
  };
}

/** In a mirror the subject names the bucket it comes from. */
function keyOf(subject: Uint8Array): Uint8Array {
  return subject.subarray(subject.indexOf(DOT, SUBJECT_PREFIX_BYTES) + 1);
}

const DOT = 0x2e;
const SUBJECT_PREFIX_BYTES = '$KV.'.length;

/** Clients write `KV-Operation`; servers from 2.11 on write `Nats-Marker-Reason` where a limit took the last revision. */
function operationOf(header: Uint8Array): KvEntry['operation'] {
  const fields = new Map(headerFields(new TextDecoder().decode(header)));
  const operation = fields.get('KV-Operation') ?? MARKERS[fields.get('Nats-Marker-Reason') ?? ''];
  return operation === 'DEL' || operation === 'PURGE' ? operation : 'PUT';
}

const MARKERS: Readonly<Record<string, KvEntry['operation']>> = {
  MaxAge: 'PURGE',
  Purge: 'PURGE',
  Remove: 'DEL',
};
