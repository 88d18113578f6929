import type { StreamParts } from '../../container/entry.ts';
import { CATALOG } from '../../findings/catalog/index.ts';
import type { Finding } from '../../findings/finding.ts';

/** What is said of a stream of which nothing but its configuration is there, and of what should be its data. */
export function whyWithoutData(parts: Pick<StreamParts, 'findings'>): string {
  const reason = foreignFinding(parts)?.data?.['reason'];
  if (typeof reason === 'string') return reason;
  const [finding] = parts.findings;
  if (finding === undefined) return 'a configuration without data';
  const { code, file = '', data } = finding;
  const others =
    typeof data?.['could_be'] === 'string' ? `; several files could be it: ${data['could_be']}` : '';
  return `a configuration without data: ${CATALOG[code].title} (${file})${others}`;
}

/** What tells that the data beside the configuration of a stream is that of another one. */
export function foreignFinding({ findings }: Pick<StreamParts, 'findings'>): Finding | undefined {
  return findings.find(({ code }) => code === 'MAN_NAME_MISMATCH' || code === 'MAN_DATA_FOREIGN');
}
