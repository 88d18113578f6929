import { checkConfig } from '../../check/config.ts';
import { checkConsumers } from '../../check/consumers.ts';
import { declaredFaults } from '../../check/declared.ts';
import type { V2StreamParts } from '../../container/entry.ts';
import { makeFinding, type Fault, type Finding } from '../../findings/finding.ts';
import { isDamage } from '../../findings/status.ts';
import type { ManifestState } from '../../format/manifest/types.ts';
import { readV2Head } from '../../model/load-v2-stream.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { declaredStates } from '../state/declared-states.ts';
import { predictV2Stream } from '../predict/restore-v2.ts';
import type { V2Messages } from '../read/v2-messages.ts';
import { NO_RESULTS, streamLosses } from '../loss/stream-losses.ts';
import { v2State } from '../state/v2-state.ts';
import { lossFields } from '../loss/loss-fields.ts';
import type { VerifiedStream, VerifyWork } from './types.ts';
import { readV2InThreads } from '../read/v2-in-threads.ts';

/** Every check of a V2 archive. It holds no checksums but those of its S2 chunks. */
export async function verifyV2Stream(
  archive: StreamArchive,
  parts: V2StreamParts,
  work: VerifyWork,
): Promise<VerifiedStream> {
  const { state } = readV2Head(parts, archive.place);
  const messages = await readV2InThreads(archive, parts, work);
  const isWhole = messages.framing.length === 0 && !messages.findings.some(isDamage);
  const at =
    (file: string) =>
    (fault: Fault): Finding =>
      makeFinding(fault, { ...archive.place, file });
  const manifestLabel = parts.manifest?.label ?? parts.label;
  const findings = [
    ...archive.findings,
    ...messages.framing.map(at(parts.label)),
    ...messages.findings,
    ...checkConfig(archive),
    ...(state === null ? [] : stateFaults(state, messages).map(at(`${parts.label}:state.json`))),
    ...checkConsumers(archive, state?.lastSeq ?? messages.total.lastSeq, messages.live),
    ...declaredFaults(archive, messages.live, messages.total, isWhole).map(at(manifestLabel)),
  ];
  work.onBytes(parts.sizeBytes, parts.label);
  const losses = await streamLosses(
    { archive, live: messages.live, results: NO_RESULTS },
    [...parts.findings, ...findings],
    work,
  );
  return {
    report: {
      account: archive.account,
      name: archive.name,
      declared: declaredStates(archive, state)[0]?.state ?? null,
      actual: v2State(archive, state, messages),
      ...lossFields(losses),
      predictions: await predictV2Stream({ archive, parts, state, messages, findings }, work),
    },
    findings,
    notes: [],
    blocks: 0,
    messages: messages.total.messages,
    consumers: archive.consumers.length,
    bytes: parts.sizeBytes,
  };
}

function stateFaults(state: ManifestState, { total }: V2Messages): Fault[] {
  const messages = BigInt(total.messages);
  if (state.messages !== messages)
    return [{ code: 'V2_MESSAGES_DIFFER', data: { declared: state.messages, actual: messages } }];
  if (state.bytes === BigInt(total.bytes) && (messages === 0n || state.firstSeq === total.firstSeq))
    return [];
  return [{ code: 'V2_STATE_DIFFERS', data: { declared_bytes: state.bytes, actual_bytes: total.bytes } }];
}
