import type { StreamIndex } from '../../format/index/types.ts';
import type { SubjectTally } from '../../workers/jobs/tally.ts';
import type { SubjectReport } from '../types.ts';

/** The subjects with the most messages, `top` of them at most; equal ones by name. */
export function subjectReports(subjects: ReadonlyMap<string, SubjectTally>, top = Infinity): SubjectReport[] {
  const reports = [...subjects].map(([subject, tally]) => ({
    subject: Buffer.from(subject, 'latin1').toString('utf8'),
    messages: tally.messages,
    bytes: tally.bytes,
  }));
  return topOf(reports, top);
}

/** The same from index.db, which knows no bytes. */
export function subjectsOfIndex(index: StreamIndex, top = Infinity): SubjectReport[] {
  const reports = Array.from(index.subjects(), ({ subject, messages }) => ({
    subject: Buffer.from(subject).toString('utf8'),
    messages: Number(messages),
    bytes: null,
  }));
  return topOf(reports, top);
}

function topOf(reports: SubjectReport[], top: number): SubjectReport[] {
  reports.sort((a, b) => b.messages - a.messages || (a.subject < b.subject ? -1 : 1));
  return reports.slice(0, top);
}
