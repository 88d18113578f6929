import { unpackRanges } from '../../core/packed-ranges.ts';
import type { JsonObject } from '../../core/json.ts';
import { intersectRanges } from '../../core/sequence-ranges.ts';
import type { BlockReading } from './read-blocks.ts';
import type { RecordQueries } from './record-queries.ts';
import type { RecoveredStream } from './recovered.ts';

/**
 * The bad record that a server meets which looks, from the newest message back, for the last one of each source (2.15:
 * recoverSourcesBackwardScan); null where it finds them all first. `bad`: blocks with bad records in which
 * it does not stumble.
 */
export function badRecordBeforeSources(
  stream: RecoveredStream,
  config: JsonObject,
  queries: RecordQueries,
  bad: ReadonlyMap<number, BlockReading>,
): BlockReading | null {
  const { sources } = config;
  const { parts } = queries.archive;
  const isRemembered = 'entries' in parts && parts.entries.some((entry) => entry.path === 'sources.db');
  if (!Array.isArray(sources) || isRemembered || bad.size === 0) return null;
  const found = new Set<string>();
  for (const block of stream.blocks.toReversed()) {
    const origins: { readonly seq: bigint; readonly source: string }[] = [];
    queries.eachRecord([block], ({ seq, header }) => {
      const source = header === '' ? null : sourceOf(header);
      if (source !== null) origins.push({ seq, source });
    });
    let endSeq = 0n;
    for (const { seq, source } of origins.toReversed()) {
      found.add(source);
      if (found.size < sources.length) continue;
      endSeq = seq;
      break;
    }
    const reading = bad.get(block.block.index);
    const lastBad =
      reading === undefined ? undefined : intersectRanges(unpackRanges(block.live), reading.badSeqs).at(-1);
    if (reading !== undefined && lastBad !== undefined && lastBad >= endSeq) return reading;
    if (endSeq > 0n) return null;
  }
  return null;
}

/** Stream, filter and destination: what makes a source one of its own (format/sources/README.md). */
function sourceOf(header: string): string | null {
  const value = /\r\nNats-Stream-Source: *([^\r\n]*)\r\n/.exec(header)?.[1];
  if (value === undefined) return null;
  const [name, , filter = '', destination = ''] = value.split(' ');
  return [name, filter, destination].join(' ');
}
