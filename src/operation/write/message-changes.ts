import {
  isJsonObject,
  objectField,
  parseJsonObject,
  stringifyJson,
  type JsonObject,
} from '../../core/json.ts';
import type { WritableMessage } from '../../writer/writable-message.ts';
import type { MapSubject } from './subject-changes.ts';

/** Gives a message its new form; the same object where nothing changes. */
export type ChangeMessage = (message: WritableMessage) => WritableMessage;

/** Subjects that were mapped once and are likely to come again. */
const REMEMBERED_SUBJECTS = 10_000;

/** Stores a message under the subject that the rules give it. */
export function subjectChange(map: MapSubject): ChangeMessage {
  const known = new Map<string, Uint8Array>();
  return (message) => {
    const text = Buffer.from(message.subject).toString('utf8');
    let mapped = known.get(text);
    if (mapped === undefined) {
      if (known.size >= REMEMBERED_SUBJECTS) known.clear();
      mapped = Buffer.from(map(text), 'utf8');
      known.set(text, mapped);
    }
    return { ...withoutPrototype(message), subject: mapped };
  };
}

/** Objects of an object store name their bucket in their metadata, and so do links to them. */
export function bucketChange(from: string, to: string): ChangeMessage {
  const metadata = Buffer.from(`$O.${to}.M.`);
  return (message) => {
    const { subject, data } = message;
    if (!Buffer.from(subject.subarray(0, metadata.length)).equals(metadata)) return message;
    const parsed = parseJsonObject(data);
    if (!parsed.ok) return message;
    const renamed = renameBucket(parsed.value, from, to);
    return { ...withoutPrototype(message), data: Buffer.from(stringifyJson(renamed)) };
  };
}

function renameBucket(info: JsonObject, from: string, to: string): JsonObject {
  const options = objectField(info, 'options');
  const link = options === null ? null : objectField(options, 'link');
  return {
    ...info,
    ...(info['bucket'] === from ? { bucket: to } : {}),
    ...(isJsonObject(link) && link['bucket'] === from
      ? { options: { ...options, link: { ...link, bucket: to } } }
      : {}),
  };
}

/** A message that was copied from a source names it: `Nats-Stream-Source: NAME SEQ …`. */
export function sourceChange(from: string, to: string): ChangeMessage {
  const named = new RegExp(`(\\r\\nNats-Stream-Source: *)${escapeRegExp(from)}(?=[ \\r])`);
  return (message) => {
    if (message.header === null) return message;
    const text = Buffer.from(message.header).toString('latin1');
    const changed = text.replace(
      named,
      (_whole: string, field: string) => field + Buffer.from(to).toString('latin1'),
    );
    if (changed === text) return message;
    return { ...withoutPrototype(message), header: Buffer.from(changed, 'latin1') };
  };
}

function escapeRegExp(text: string): string {
  return Buffer.from(text)
    .toString('latin1')
    .replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

/** A message may compute its fields when they are asked for; a copy has them. */
function withoutPrototype({ seq, timeNs, subject, header, data }: WritableMessage): WritableMessage {
  return { seq, timeNs, subject, header, data };
}

/** One change after the other. */
export function allChanges(changes: readonly ChangeMessage[]): ChangeMessage | null {
  if (changes.length === 0) return null;
  return (message) => changes.reduce((changed, change) => change(changed), message);
}
