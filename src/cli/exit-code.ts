import type { Finding } from '../findings/finding.ts';
import { isDamageOfLive, mayLackMessages, type Status } from '../findings/status.ts';

/** `verify` speaks as `nats server check` does, the others as Unix commands do. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  damaged: 3,
  different: 1,
  trouble: 2,
  signal: 128,
} as const;

const STATUS_EXIT = { OK: 0, WARNING: 1, CRITICAL: 2, UNKNOWN: 3 } as const;

/** `verify` and `preflight`. */
export function exitOfStatus(status: Status): number {
  return STATUS_EXIT[status];
}

/** `inspect`: done, or done with something damaged, missing or closed to us. */
export function exitOfFindings(findings: readonly Finding[]): number {
  return findings.some(isDamageOfLive) ? EXIT.damaged : EXIT.done;
}

/** `cat` and `export`: the same of messages. */
export function exitOfMessages(findings: readonly Finding[]): number {
  return findings.some(mayLackMessages) ? EXIT.damaged : EXIT.done;
}

/** `diff`, as diff has it: what could not be read whole is trouble, whatever the rest is like. */
export function exitOfDiff(isSame: boolean, findings: readonly Finding[]): number {
  if (findings.some(isDamageOfLive)) return EXIT.trouble;
  return isSame ? EXIT.done : EXIT.different;
}
