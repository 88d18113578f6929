import type { JsonObject } from '../core/json.ts';
import type { SequenceParts } from '../core/sequence-parts.ts';
import { countSequences, MAX_SEQUENCE } from '../core/sequence-ranges.ts';
import { makeFinding, type Fault, type Finding } from '../findings/finding.ts';
import type { MessageTotals } from '../kernels/types.ts';
import type { StreamArchive } from '../model/stream-archive.ts';
import { findingAt, type StreamEvidence } from './stream-evidence.ts';

/** What backup.json declares against what the files hold. */
export function checkDeclared(evidence: StreamEvidence): Finding[] {
  const { archive, live, total } = evidence;
  const file = archive.parts.manifest?.label;
  if (file === undefined) return [];
  return declaredFaults(archive, live, total, false).map((fault) => findingAt(evidence, file, fault));
}

/**
 * backup.json against what the archive holds. It declares the state at the *start* of the snapshot: more messages behind
 * its end are normal, fewer are a loss unless limits, TTLs or acknowledgements explain them. `isWholeV2`: a V2 archive, which has
 * no index, without any damage.
 */
export function declaredFaults(
  archive: StreamArchive,
  live: SequenceParts,
  total: Pick<MessageTotals, 'messages' | 'bytes'>,
  isWholeV2: boolean,
): Fault[] {
  const { manifest, consumers } = archive;
  const declared = manifest?.state;
  if (declared === null || declared === undefined) return [];
  const behind = behindDeclared(archive, live);
  const within = BigInt(total.messages) - behind;
  const faults = fewerFaults(archive, within, behind, isWholeV2);
  if (within > declared.messages)
    faults.push({ code: 'DECL_MESSAGES_UNEXPECTED', data: { declared: declared.messages, actual: within } });
  else if (faults.length === 0 && behind === 0n && BigInt(total.bytes) !== declared.bytes)
    faults.push({
      code: 'DECL_BYTES_DIFFER',
      data: { declared: declared.bytes, actual: BigInt(total.bytes) },
    });
  if (behind > 0n)
    faults.push({ code: 'DECL_MESSAGES_MORE', data: { behind, declared_last_seq: declared.lastSeq } });
  if (consumers.length < declared.consumerCount)
    faults.push({
      code: 'DECL_CONSUMERS_FEWER',
      data: { declared: declared.consumerCount, actual: consumers.length },
    });
  if (declared.lost !== undefined && declared.lost.length > 0)
    faults.push({ code: 'DECL_LOST_BEFORE', data: { sequences: countSequences(declared.lost) } });
  return faults;
}

/** The same of messages alone: so many up to the declared last sequence, and `behind` it. */
export function fewerFaults(
  archive: StreamArchive,
  within: bigint,
  behind: bigint,
  isWholeV2: boolean,
): Fault[] {
  const declared = archive.manifest?.state?.messages ?? 0n;
  if (within >= declared) return [];
  const isExplained = isFewerExplained(archive, within + behind, isWholeV2);
  const code = isExplained ? 'DECL_MESSAGES_FEWER_EXPLAINED' : 'DECL_MESSAGES_FEWER';
  return [{ code, data: { declared, actual: within } }];
}

/** How many messages backup.json declares against so many that are there, `behind` its end and in all. */
export function checkDeclaredMessages(
  archive: StreamArchive,
  messages: bigint,
  behind: bigint,
  isWholeV2: boolean,
): Finding[] {
  const file = archive.parts.manifest?.label;
  if (file === undefined) return [];
  return fewerFaults(archive, messages - behind, behind, isWholeV2).map((fault) =>
    makeFinding(fault, { ...archive.place, file }),
  );
}

/** The same of the messages themselves. */
export function checkDeclaredLive(
  archive: StreamArchive,
  live: SequenceParts,
  isWholeV2: boolean,
): Finding[] {
  return checkDeclaredMessages(archive, live.count, behindDeclared(archive, live), isWholeV2);
}

/** How many messages lie behind the end that backup.json declares. */
export function behindDeclared({ manifest }: StreamArchive, live: SequenceParts): bigint {
  return live.countWithin((manifest?.state?.lastSeq ?? MAX_SEQUENCE) + 1n, MAX_SEQUENCE);
}

/**
 * Whether a stream of which there are so many messages may have removed others itself after backup.json was written: the archive's own
 * index, written when the snapshot began to copy, counts the same, or it is a whole V2 archive.
 */
export function isFewerExplained(
  { index, indexStanding, config }: Pick<StreamArchive, 'index' | 'indexStanding' | 'config'>,
  messages: bigint,
  isWholeV2: boolean,
): boolean {
  const isAgreed = isWholeV2 || (indexStanding === 'current' && index?.messages === messages);
  return isAgreed && removesByItself(config);
}

/** Whether the configuration lets a server remove messages without being asked. */
function removesByItself(config: JsonObject | null): boolean {
  if (config === null) return false;
  const isSet = (field: string): boolean => Number(config[field] ?? 0) > 0;
  const retention = config['retention'];
  return (
    retention === 'workqueue' ||
    retention === 'interest' ||
    config['allow_msg_ttl'] === true ||
    config['allow_rollup_hdrs'] === true ||
    ['max_msgs', 'max_bytes', 'max_age', 'max_msgs_per_subject'].some(isSet)
  );
}
