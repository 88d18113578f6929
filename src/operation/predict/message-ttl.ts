import { messageTtlNs } from '../../format/message-header/ttl.ts';
import { rangesOf, type SequenceRanges } from '../../core/sequence-ranges.ts';
import type { RecordQueries } from './record-queries.ts';
import type { RecoveredStream } from './recovered.ts';

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
      const ttlNs = header === '' || seq < fromSeq ? null : messageTtlNs(Buffer.from(header, 'latin1'));
      if (ttlNs !== null && timeNs + ttlNs <= atNs) expired.push(seq);
    });
    return rangesOf(BigUint64Array.from(expired));
  });
}
