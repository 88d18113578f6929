import type { OpenContainer, V2StreamParts } from '../../container/entry.ts';
import { integerField } from '../../core/json.ts';
import type { SequenceParts } from '../../core/sequence-parts.ts';
import {
  countSequences,
  NO_SEQUENCES,
  oneRange,
  rangesOf,
  subtractRanges,
  type SequenceRanges,
} from '../../core/sequence-ranges.ts';
import type { Finding } from '../../findings/finding.ts';
import { isMarked } from '../../findings/marks.ts';
import type { ManifestState } from '../../format/manifest/types.ts';
import { readV2, type V2Message } from '../../model/load-v2-stream.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { Prediction } from '../types.ts';
import type { V2Messages } from '../v2-messages.ts';
import { messageTtlNs } from '../../format/message-header/ttl.ts';
import { lostReason, NOTHING_SERVED } from './predict.ts';
import { refusedByClient } from './refused-by-client.ts';

const SERVER = '2.15';

/** A V2 archive and what was found in it. */
interface GivenV2Stream {
  readonly archive: StreamArchive;
  readonly parts: V2StreamParts;
  readonly state: ManifestState | null;
  readonly messages: V2Messages;
  readonly findings: readonly Finding[];
}

/** What the only generation that reads V2 archives restores from one, by the clock of `around`. */
export async function predictV2Stream(
  { archive, parts, state, messages, findings }: GivenV2Stream,
  around: {
    readonly atNs: bigint;
    readonly container: Pick<OpenContainer, 'kind'>;
    readonly signal: AbortSignal | undefined;
  },
): Promise<Prediction[]> {
  const base = { server: SERVER, how: 'restore' } as const;
  const refused = (reason: string): Prediction[] => [
    { ...base, outcome: 'refused', ...NOTHING_SERVED, reason },
  ];
  if (parts.inPlaceOf !== undefined) return [];
  const refusal = refusedByClient(archive, around.container);
  if (refusal !== null) return refused(refusal);
  // What the server has restored by then stays, in use, but the restore has failed.
  const stopping = findings.find(({ code }) => isMarked(code, 'ends-restore'));
  if (stopping !== undefined || state === null) {
    const code = stopping?.code ?? 'V2_STATE_MISSING';
    return refused(`the archive is damaged (${code}); what comes before is restored all the same`);
  }
  const gone = await expired(archive, parts, messages, around);
  const lastSeq = state.lastSeq > messages.total.lastSeq ? state.lastSeq : messages.total.lastSeq;
  const missing = state.messages - messages.live.count;
  const reason = missing > 0n ? lostReason(missing) : null;
  return [
    {
      ...base,
      outcome: reason === null ? 'whole' : 'loss',
      messages: messages.live.count - countSequences(gone),
      first_seq: firstBut(messages.live, gone) ?? lastSeq + 1n,
      last_seq: lastSeq,
      consumers: archive.consumers.map((consumer) => consumer.name).toSorted(),
      revived_messages: 0n,
      reason,
    },
  ];
}

function firstBut(live: SequenceParts, gone: SequenceRanges): bigint | null {
  if (gone.length === 0) return live.first;
  for (const [from, to] of live.ranges()) {
    const [first] = subtractRanges(oneRange(from, to), gone);
    if (first !== undefined) return first;
  }
  return null;
}

/** Live messages that are too old; read again only where one can be. */
async function expired(
  { config, place }: StreamArchive,
  parts: V2StreamParts,
  { total, live }: V2Messages,
  { atNs, signal }: { readonly atNs: bigint; readonly signal: AbortSignal | undefined },
): Promise<SequenceRanges> {
  const hasTtl = config?.['allow_msg_ttl'] === true;
  const maxAgeNs = integerField(config ?? {}, 'max_age') ?? 0n;
  const isAged = (timeNs: bigint): boolean => maxAgeNs > 0n && timeNs + maxAgeNs <= atNs;
  if (total.messages === 0 || (!hasTtl && !isAged(total.firstTimeNs))) return NO_SEQUENCES;
  const gone: bigint[] = [];
  const take = ({ seq, timeNs, header }: V2Message): void => {
    const ttlNs = hasTtl && header.length > 0 ? messageTtlNs(header) : null;
    if (isAged(timeNs) || (ttlNs !== null && timeNs + ttlNs <= atNs)) gone.push(seq);
  };
  await readV2(parts, place, take, { signal });
  const found = rangesOf(BigUint64Array.from(gone));
  return subtractRanges(found, live.missing(found));
}
