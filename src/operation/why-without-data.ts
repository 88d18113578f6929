import type { StreamParts } from '../container/entry.ts';
import type { Finding } from '../findings/finding.ts';

/** What is said of a stream of which nothing but its configuration is there. */
export function whyWithoutData(parts: Pick<StreamParts, 'findings'>): string {
  const reason = foreignFinding(parts)?.data?.['reason'];
  return typeof reason === 'string' ? reason : 'a configuration without data';
}

/** What tells that the data beside the configuration of a stream is that of another one. */
export function foreignFinding({ findings }: Pick<StreamParts, 'findings'>): Finding | undefined {
  return findings.find(({ code }) => code === 'MAN_NAME_MISMATCH' || code === 'MAN_DATA_FOREIGN');
}
