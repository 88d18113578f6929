import type { JsonObject } from '../core/json.ts';
import type { SequenceParts } from '../core/sequence-parts.ts';
import { countSequences, MAX_SEQUENCE } from '../core/sequence-ranges.ts';
import type { Fault, Finding } from '../findings/finding.ts';
import type { MessageTotals } from '../kernels/types.ts';
import type { StreamArchive } from '../model/stream-archive.ts';
import { findingAt, type StreamEvidence } from './stream-evidence.ts';

/** What backup.json declares against what the files hold. */
export function checkDeclared(evidence: StreamEvidence): Finding[] {
  const { archive, live, total } = evidence;
  const file = archive.parts.manifest?.label;
  if (file === undefined) return [];
  const isIndexAgreed =
    archive.indexStanding === 'current' && archive.index?.messages === BigInt(total.messages);
  return declaredFaults(archive, live, total, isIndexAgreed).map((fault) => findingAt(evidence, file, fault));
}

/**
 * backup.json against what the archive holds. It declares the state at the *start* of the snapshot: more messages behind
 * its end are normal, fewer are a loss unless limits, TTLs or acknowledgements explain them. `isIndexAgreed`: the archive's
 * own index, written when the snapshot began to copy, counts the same messages as are there; of a V2 archive, which has none: it is
 * whole.
 */
export function declaredFaults(
  { manifest, consumers, config }: StreamArchive,
  live: SequenceParts,
  total: Pick<MessageTotals, 'messages' | 'bytes'>,
  isIndexAgreed: boolean,
): Fault[] {
  const declared = manifest?.state;
  if (declared === null || declared === undefined) return [];
  const faults: Fault[] = [];
  const behind = live.countWithin(declared.lastSeq + 1n, MAX_SEQUENCE);
  const within = BigInt(total.messages) - behind;
  const data = { declared: declared.messages, actual: within };
  if (within < declared.messages) {
    const isExplained = isIndexAgreed && removesByItself(config);
    faults.push({ code: isExplained ? 'DECL_MESSAGES_FEWER_EXPLAINED' : 'DECL_MESSAGES_FEWER', data });
  } else if (within > declared.messages) faults.push({ code: 'DECL_MESSAGES_UNEXPECTED', data });
  else if (behind === 0n && BigInt(total.bytes) !== declared.bytes)
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
