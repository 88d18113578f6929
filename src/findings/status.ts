import { CATALOG } from './catalog/index.ts';
import type { Finding } from './finding.ts';
import { isMarked } from './marks.ts';

/** What `verify` and `preflight` come to, in the words of `nats server check`. */
export type Status = 'OK' | 'WARNING' | 'CRITICAL' | 'UNKNOWN';

/** Whether something could not be judged at all: it was unreadable, or closed to us. */
export function isUnjudged({ code }: Finding): boolean {
  return 'unknown' in CATALOG[code];
}

/** Whether something is damaged, missing or could not be judged. */
export function isDamage(finding: Finding): boolean {
  return finding.severity === 'critical' || isUnjudged(finding);
}

/** Whether it hit no more than what had been deleted before: what is given out, or written, lacks nothing for it. */
export function isOfDeleted({ data }: Finding): boolean {
  return data?.['deleted'] === true;
}

/** Damage that took something. */
export function isDamageOfLive(finding: Finding): boolean {
  return isDamage(finding) && !isOfDeleted(finding) && !isMarked(finding.code, 'unserved');
}

/**
 * Whether it hit no more than backup.json: the messages are all there, and so is the configuration, in meta.inf or as it was given.
 * Where the snapshot is that of another stream, a reason tells so, and what backup.json declares is gone.
 */
export function isOfManifest({ code, data }: Finding): boolean {
  return isMarked(code, 'manifest') && !(code === 'MAN_NAME_MISMATCH' && data?.['reason'] !== undefined);
}

/**
 * Whether it is damage that took nothing: all that the archive held is there, and given out, or written. Of messages a count of the losses
 * tells (`tookNothing`).
 */
export function isHarmless(finding: Finding): boolean {
  const { code, data } = finding;
  return (
    isOfManifest(finding) ||
    isMarked(code, 'folder-name') ||
    isMarked(code, 'unserved') ||
    isMarked(code, 'proof') ||
    data?.['took_nothing'] === true
  );
}

/** The findings of a stream whose losses were counted, and there are none: a second copy of a block, damage in bytes that nothing needs. */
export function tookNothing(finding: Finding): Finding {
  return isMarked(finding.code, 'loss')
    ? { ...finding, data: { ...finding.data, took_nothing: true } }
    : finding;
}

/** Whether what is given out, or copied, lacks something for it, or may. */
export function mayLackMessages(finding: Finding): boolean {
  if (isHarmless(finding)) return false;
  return isDamageOfLive(finding) || isMarked(finding.code, 'suspect');
}

/** With --critical-warnings a warning is as bad as a loss. */
export function raisedStatus(status: Status, isWarningCritical: boolean): Status {
  return status === 'WARNING' && isWarningCritical ? 'CRITICAL' : status;
}

/** What findings come to: loss first, then what could not be judged, then warnings. */
export function statusOf(findings: readonly Finding[]): Status {
  if (findings.some((finding) => finding.severity === 'critical')) return 'CRITICAL';
  if (findings.some(isUnjudged)) return 'UNKNOWN';
  return findings.some((finding) => finding.severity === 'warning') ? 'WARNING' : 'OK';
}
