import type { OpenContainer, V2StreamParts } from '../../container/entry.ts';
import { integerField, type JsonObject } from '../../core/json.ts';
import type { Finding } from '../../findings/finding.ts';
import { isMarked } from '../../findings/marks.ts';
import type { ManifestState } from '../../format/manifest/types.ts';
import type { ConsumerArchive, StreamArchive } from '../../model/stream-archive.ts';
import type { Prediction } from '../types.ts';
import type { V2Messages } from '../read/v2-messages.ts';
import { lostReason, NOTHING_SERVED } from './predict.ts';
import { refusedByClient } from './refused-by-client.ts';
import { refusedConsumer } from './consumers/refused-consumer.ts';
import { refusedSettings } from './refused-settings.ts';
import { requestedConfig } from './restore.ts';
import { RULES_OF } from './rules/server-rules.ts';
import { keptOfV2 } from './limits/v2-limits.ts';

const SERVER = '2.15';
const RULES = RULES_OF[SERVER];

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
  const config = requestedConfig(archive);
  const unmade = refusedSettings(config);
  if (unmade !== null) return refused(unmade);
  // What the server has restored by then stays, in use, but the restore has failed.
  const stopping = findings.find(({ code }) => isMarked(code, 'ends-restore'));
  if (stopping !== undefined || state === null) {
    const code = stopping?.code ?? 'V2_STATE_MISSING';
    return refused(`the archive is damaged (${code}); what comes before is restored all the same`);
  }
  const early = refusedBeforeMessages(archive.consumers, config, state);
  if (early !== null) return refused(early);
  const kept = await keptOfV2(archive, config, parts, messages, around);
  if (kept.tooLarge !== null)
    return refused(
      `message ${kept.tooLarge} is larger than max_msg_size; what comes before is restored all the same`,
    );
  const lastSeq = lastOf(state, messages, config);
  const missing = state.messages - messages.live.count;
  const reason = missing > 0n ? lostReason(missing) : null;
  return [
    {
      ...base,
      outcome: reason === null ? 'whole' : 'loss',
      messages: kept.messages,
      first_seq: kept.firstSeq ?? lastSeq + 1n,
      last_seq: lastSeq,
      consumers: archive.consumers.map((consumer) => consumer.name).toSorted(),
      revived_messages: 0n,
      reason,
    },
  ];
}

/** Why a restore ends before the first message is stored; null: it does not. */
function refusedBeforeMessages(
  consumers: readonly ConsumerArchive[],
  config: JsonObject,
  { firstSeq, messages }: ManifestState,
): string | null {
  for (const [i, consumer] of consumers.entries()) {
    const why = refusedConsumer(consumer, config, consumers.slice(0, i), RULES, false);
    if (why !== null) return `consumer ${consumer.name} is not taken: ${why}; an empty stream stays`;
  }
  const from = integerField(config, 'first_seq') ?? 0n;
  return from > firstSeq && messages > 0n
    ? `first_seq is ${from}, and the archive begins at ${firstSeq}; an empty stream stays`
    : null;
}

function lastOf(state: ManifestState, { total }: V2Messages, config: JsonObject): bigint {
  const from = integerField(config, 'first_seq') ?? 0n;
  return [state.lastSeq, total.lastSeq, from - 1n].reduce((last, seq) => (seq > last ? seq : last));
}
