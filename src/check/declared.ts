import type { Fault } from '../findings/finding.ts';
import type { JsonObject } from '../core/json.ts';

/** The counts of a declared state that can be held against what is there. */
export interface DeclaredCounts {
  readonly messages: bigint;
  readonly bytes: bigint;
  readonly firstSeq: bigint;
  readonly lastSeq: bigint;
  readonly consumerCount: number;
}

/** The same counts as the archive has them. */
export interface ActualCounts {
  readonly messages: bigint;
  readonly bytes: bigint;
  /** Live messages with a sequence above the declared last. */
  readonly messagesBehindDeclared: bigint;
  readonly consumerCount: number;
  /** The archive's own index, written when the snapshot began to copy, counts the same messages as are there. */
  readonly isIndexAgreed: boolean;
}

/**
 * backup.json against what the archive holds. It declares the state at the *start* of the snapshot:
 * more messages behind its end are normal, fewer are a loss unless limits, TTLs or acknowledgements explain them.
 */
export function declaredFaults(
  declared: DeclaredCounts,
  actual: ActualCounts,
  config: JsonObject | null,
): Fault[] {
  const faults: Fault[] = [];
  const within = actual.messages - actual.messagesBehindDeclared;
  const data = { declared: declared.messages, actual: within };
  if (within < declared.messages) {
    const isExplained = actual.isIndexAgreed && removesByItself(config);
    faults.push({ code: isExplained ? 'DECL_MESSAGES_FEWER_EXPLAINED' : 'DECL_MESSAGES_FEWER', data });
  } else if (within > declared.messages) faults.push({ code: 'DECL_MESSAGES_UNEXPECTED', data });
  else if (actual.messagesBehindDeclared === 0n && actual.bytes !== declared.bytes)
    faults.push({ code: 'DECL_BYTES_DIFFER', data: { declared: declared.bytes, actual: actual.bytes } });
  if (actual.messagesBehindDeclared > 0n)
    faults.push({
      code: 'DECL_MESSAGES_MORE',
      data: { behind: actual.messagesBehindDeclared, declared_last_seq: declared.lastSeq },
    });
  if (actual.consumerCount < declared.consumerCount)
    faults.push({
      code: 'DECL_CONSUMERS_FEWER',
      data: { declared: declared.consumerCount, actual: actual.consumerCount },
    });
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
