import { formatTimeNs } from '../../core/time.ts';
import type { MessageFilter } from './types.ts';

/** A filter as documents tell of it: what was not asked for is absent. */
export interface FilterReport {
  readonly subjects?: readonly string[];
  readonly min_seq?: bigint;
  readonly max_seq?: bigint;
  /** RFC 3339, both ends included. */
  readonly after?: string;
  readonly before?: string;
  /** NAME or NAME=VALUE. */
  readonly headers?: readonly string[];
  /** A regular expression. */
  readonly grep?: string;
  readonly last_per_subject?: number;
  readonly limit?: number;
}

/** The filters that were set, as documents name them. */
export function filterReport(filter: MessageFilter): FilterReport {
  const { subjects, minSeq, maxSeq, afterNs, beforeNs, headers, grep, lastPerSubject, limit } = filter;
  const fields = {
    subjects,
    min_seq: minSeq,
    max_seq: maxSeq,
    after: afterNs === undefined ? undefined : formatTimeNs(afterNs),
    before: beforeNs === undefined ? undefined : formatTimeNs(beforeNs),
    headers: headers?.map(({ name, value }) => (value === null ? name : `${name}=${value}`)),
    grep: grep?.source,
    last_per_subject: lastPerSubject,
    limit,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
