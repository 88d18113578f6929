import type { Finding } from '../findings/finding.ts';
import { makeFinding } from '../findings/finding.ts';
import type { SequenceParts } from '../core/sequence-parts.ts';
import type { StreamArchive } from '../model/stream-archive.ts';

/** Where consumers stand against the stream they read. `lastSeq`: of the stream, deleted messages included. */
export function checkConsumers(archive: StreamArchive, lastSeq: bigint, live: SequenceParts): Finding[] {
  return archive.consumers.flatMap((consumer) => {
    const state = consumer.state;
    if (state === null) return [];
    const place = { ...archive.place, consumer: consumer.name, file: `${consumer.label}/o.dat` };
    const findings: Finding[] = [];
    if (state.delivered.streamSeq > lastSeq)
      findings.push(
        makeFinding(
          { code: 'CON_AHEAD_OF_STREAM', data: { delivered: state.delivered.streamSeq, last_seq: lastSeq } },
          place,
        ),
      );
    const gone = state.pending.streamSeqs.filter((seq) => seq <= lastSeq && !live.has(seq));
    if (gone.length > 0)
      findings.push(
        makeFinding(
          { code: 'CON_PENDING_MISSING', seq: gone[0] ?? 0n, data: { messages: gone.length } },
          place,
        ),
      );
    return findings;
  });
}
