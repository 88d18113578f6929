import { messageTtlNs } from '../../../format/message-header/ttl.ts';
import { rangesOf, type SequenceRanges } from '../../../core/sequence-ranges.ts';
import { cutWheel } from '../files/cut-wheel.ts';
import type { RecordQueries } from '../records/record-queries.ts';
import type { RecoveredStream } from '../rules/recovered.ts';
import type { ServerRules } from '../rules/server-rules.ts';

/**
 * Messages whose own `Nats-TTL` has passed: removed as soon as the stream is up. Where there is a thw.db it is believed,
 * and only what was stored after it is looked at. `leavesMarkers`: the stream has delete markers.
 */
export function expiredByTtl(
  stream: RecoveredStream,
  queries: RecordQueries,
  rules: ServerRules,
  leavesMarkers: boolean,
  atNs: bigint,
): SequenceRanges {
  const { archive } = queries;
  const cut = archive.ttlWheel === null && rules.takesCutWheel ? cutWheel(archive) : null;
  const wheel = archive.ttlWheel ?? cut;
  const fromSeq = wheel?.stamp ?? 0n;
  const expired = [...(wheel?.seqs ?? [])].filter((_, i) => (wheel?.expiresNs[i] ?? atNs + 1n) <= atNs);
  const without = new Set(archive.index?.blocks.flatMap((block) => (block.ttls === 0 ? [block.index] : [])));
  const behind = stream.blocks.filter(
    ({ lastSeq, block }) => lastSeq >= fromSeq && !(stream.isIndexed && without.has(block.index)),
  );
  return queries.once(`ttl, ${cut !== null}`, stream, () => {
    queries.eachRecord(behind, ({ seq, timeNs, header }) => {
      const ttlNs = header === '' || seq < fromSeq ? null : messageTtlNs(Buffer.from(header, 'latin1'));
      if (ttlNs !== null && timeNs + ttlNs <= atNs) expired.push(seq);
    });
    const first = leavesMarkers && expired.includes(0n) ? firstOfItsSubject(stream, queries) : null;
    return rangesOf(BigUint64Array.from(first === null ? expired : [first, ...expired]));
  });
}

/**
 * Where a cut thw.db lacks an entry 2.11 reads sequence 0, for which it finds the first message: one that is alone in
 * its subject gets a delete marker.
 */
function firstOfItsSubject(stream: RecoveredStream, queries: RecordQueries): bigint | null {
  let first: { readonly seq: bigint; readonly subject: string } | null = null;
  let count = 0;
  queries.eachRecord(stream.blocks, ({ seq, subject }) => {
    first ??= { seq, subject };
    if (subject === first.subject) count++;
  });
  return count === 1 ? (first?.['seq'] ?? null) : null;
}
