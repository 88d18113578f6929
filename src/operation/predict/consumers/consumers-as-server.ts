import type { Entry, FileStreamParts } from '../../../container/entry.ts';
import { oncePer } from '../../../core/once-per.ts';
import { consumerConfigFaults } from '../../../format/config-schema/check.ts';
import { parseConsumerMeta } from '../../../format/consumer-meta/parse.ts';
import type { ConsumerMeta } from '../../../format/consumer-meta/types.ts';
import { readEntry } from '../../../model/read-entry.ts';
import type { ConsumerArchive, StreamArchive } from '../../../model/stream-archive.ts';
import type { ServerRules } from '../rules/server-rules.ts';

/**
 * The consumers of a stream with the configurations that a starting server reads: since 2.11 a meta.inf ends for it
 * where its JSON does, whatever stands behind, as the zeros of a page that was given to the file and never written.
 */
export function consumersAsServer(
  archive: StreamArchive,
  parts: FileStreamParts,
  rules: ServerRules,
): readonly ConsumerArchive[] {
  if (!rules.readsFirstJson) return archive.consumers;
  if (archive.consumers.every(({ config }) => config !== null)) return archive.consumers;
  const files = new Map(parts.entries.map((entry) => [entry.path, entry]));
  return archive.consumers.map((consumer) => {
    if (consumer.config !== null) return consumer;
    const file = files.get(`obs/${consumer.name}/meta.inf`);
    const meta = file === undefined ? null : readFirstJson(file);
    return meta === null ? consumer : { ...consumer, config: meta.config };
  });
}

/** null where it cannot be read, or has fields that a server does not know: it reads the whole of such a file again. */
const readFirstJson = oncePer((file: Entry): ConsumerMeta | null => {
  const bytes = readEntry(file) ?? new Uint8Array(0);
  const parsed = parseConsumerMeta(bytes.subarray(0, endOfObject(bytes)));
  if (!parsed.ok) return null;
  const isKnown = consumerConfigFaults(parsed.value.config).every(({ code }) => code !== 'CFG_UNKNOWN_FIELD');
  return isKnown ? parsed.value : null;
});

const [QUOTE, ESCAPE, OPENING, CLOSING] = [0x22, 0x5c, 0x7b, 0x7d];

/** Where the first object in a text ends. */
function endOfObject(bytes: Uint8Array): number {
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (isInString && byte === ESCAPE) at++;
    else if (byte === QUOTE) isInString = !isInString;
    else if (!isInString && byte === OPENING) depth++;
    else if (!isInString && byte === CLOSING && --depth === 0) return at + 1;
  }
  return bytes.length;
}
