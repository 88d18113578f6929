import { isJsonObject, textField, type JsonObject } from '../../../core/json.ts';
import type { Opening } from '../rebuild/opening.ts';
import { overlongLive } from '../rebuild/overlong-headers.ts';
import type { RecoveredStream } from '../rules/recovered.ts';
import type { ServerRules } from '../rules/server-rules.ts';
import { sourceNameTest } from './source-search.ts';

const HEADER = /^Nats-Stream-Source: *([^\r\n]*)/m;

/**
 * How far a stream has copied its sources servers up to 2.10 read from its messages, the last one first, until each source
 * was found (startingSequenceForSources). The message that ends them there, since its header leads out of it; null: none.
 */
export function overlongSought(stream: RecoveredStream, opening: Opening): bigint | null {
  const { config, queries, readings, rules } = opening;
  const { sources } = config;
  const last = overlongLive(stream, readings).at(-1);
  if (!Array.isArray(sources) || last === undefined) return null;
  const tests = sources.filter(isJsonObject).map((source) => headerTest(source, rules));
  const found = tests.map(() => 0n);
  queries.eachRecord(stream.blocks, ({ seq, header }) => {
    const value = HEADER.exec(header)?.[1];
    if (value === undefined) return;
    tests.forEach((isOf, i) => {
      if (isOf(value)) found[i] = seq;
    });
  });
  return found.every((seq) => seq > last) ? null : last;
}

/** Tests the header of a message that was copied from a source; of its consumer these servers do not know. */
function headerTest(source: JsonObject, { composesSources }: ServerRules): (header: string) => boolean {
  const { consumer: _, ...known } = source;
  const stream = textField(known, 'name') ?? '';
  const isOfStream = (name: string): boolean =>
    known['external'] === undefined ? name === stream : name.startsWith(`${stream}:`);
  const isNamed = sourceNameTest(known);
  return (header) => {
    const [name = '', seq = '', filter, destination] = header.split(' ');
    // The oldest form is the subject of an acknowledgement.
    if (header.startsWith('$JS.ACK.')) return isOfStream(header.split('.')[2] ?? '');
    if (!composesSources || filter === undefined) return seq !== '' && isOfStream(name);
    return destination !== undefined && isNamed(`${name} ${filter} ${destination}`);
  };
}
