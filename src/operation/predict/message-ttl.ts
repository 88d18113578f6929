import { parseAgeNs } from '../../core/time.ts';
import { rangesOf, type SequenceRanges } from '../../core/sequence-ranges.ts';
import type { RecordQueries } from './record-queries.ts';
import type { RecoveredStream } from './recovered.ts';

const NS_PER_SECOND = 1_000_000_000n;

/**
 * Messages whose own `Nats-TTL` has passed: removed as soon as the stream is up. Where there is a thw.db it is believed,
 * and only what was stored after it is looked at.
 */
export function expiredByTtl(stream: RecoveredStream, queries: RecordQueries, atNs: bigint): SequenceRanges {
  const { ttlWheel, index } = queries.archive;
  const fromSeq = ttlWheel?.stamp ?? 0n;
  const expired = [...(ttlWheel?.seqs ?? [])].filter((_, i) => (ttlWheel?.expiresNs[i] ?? atNs + 1n) <= atNs);
  const without = new Set(index?.blocks.flatMap((block) => (block.ttls === 0 ? [block.index] : [])));
  const behind = stream.blocks.filter(
    ({ lastSeq, block }) => lastSeq >= fromSeq && !(stream.isIndexed && without.has(block.index)),
  );
  return queries.once('ttl', stream, () => {
    queries.eachRecord(behind, ({ seq, timeNs, header }) => {
      const ttlNs = header === '' || seq < fromSeq ? null : messageTtlNs(header);
      if (ttlNs !== null && timeNs + ttlNs <= atNs) expired.push(seq);
    });
    return rangesOf(BigUint64Array.from(expired));
  });
}

/** The TTL that a header block gives; null: none, or never. Whole seconds, as the server counts them. */
export function messageTtlNs(header: string): bigint | null {
  const value = /\r\nNats-TTL: *([^\r\n]*)\r\n/.exec(header)?.[1];
  if (value === undefined || value === 'never') return null;
  const ns = /^\d+$/.test(value) ? BigInt(value) * NS_PER_SECOND : parseAgeNs(value);
  const whole = ns === null ? 0n : ns - (ns % NS_PER_SECOND);
  return whole > 0n ? whole : null;
}
