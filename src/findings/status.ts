import { CATALOG } from './catalog/index.ts';
import type { Finding } from './finding.ts';

/** What `verify` and `preflight` come to, in the words of `nats server check`. */
export type Status = 'OK' | 'WARNING' | 'CRITICAL' | 'UNKNOWN';

/** What findings come to: loss first, then what could not be judged, then warnings. */
export function statusOf(findings: readonly Finding[]): Status {
  if (findings.some((finding) => finding.severity === 'critical')) return 'CRITICAL';
  const isUnknown = findings.some((finding) => 'unknown' in CATALOG[finding.code]);
  if (isUnknown) return 'UNKNOWN';
  return findings.some((finding) => finding.severity === 'warning') ? 'WARNING' : 'OK';
}
