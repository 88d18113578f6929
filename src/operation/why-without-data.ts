import type { StreamParts } from '../container/entry.ts';

/** What is said of a stream of which nothing but its configuration is there. */
export function whyWithoutData({ findings }: Pick<StreamParts, 'findings'>): string {
  const foreign = findings.find(({ code }) => code === 'MAN_NAME_MISMATCH' || code === 'MAN_DATA_FOREIGN');
  const reason = foreign?.data?.['reason'];
  return typeof reason === 'string' ? reason : 'a configuration without data';
}
