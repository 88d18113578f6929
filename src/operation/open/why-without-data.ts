import type { StreamParts } from '../../container/entry.ts';
import { CATALOG } from '../../findings/catalog/index.ts';
import type { Finding } from '../../findings/finding.ts';

/** What is said of a stream of which nothing but its configuration is there, and of what should be its data. */
export function whyWithoutData(parts: Pick<StreamParts, 'findings'>): string {
  const reason = foreignFinding(parts)?.data?.['reason'];
  if (typeof reason === 'string') return reason;
  const [finding] = parts.findings;
  const why = finding === undefined ? '' : `: ${CATALOG[finding.code].title} (${finding.file ?? ''})`;
  return `a configuration without data${why}`;
}

/** What tells that the data beside the configuration of a stream is that of another one. */
export function foreignFinding({ findings }: Pick<StreamParts, 'findings'>): Finding | undefined {
  return findings.find(({ code }) => code === 'MAN_NAME_MISMATCH' || code === 'MAN_DATA_FOREIGN');
}
