import { CATALOG, type FindingCode } from './catalog/index.ts';
import type { Mark } from './catalog-entry.ts';
import type { Finding } from './finding.ts';

/** Whether the catalogue says so of a code. */
export function isMarked(code: FindingCode, mark: Mark): boolean {
  return CATALOG[code].marks?.includes(mark) === true;
}

/** Whether any of the findings has a code of which the catalogue says so. */
export function hasMark(findings: Iterable<Pick<Finding, 'code'>>, mark: Mark): boolean {
  for (const { code } of findings) if (isMarked(code, mark)) return true;
  return false;
}

/** The kind of file that a code speaks of, as it stands before its first underscore. */
export function familyOf(code: FindingCode): string {
  return code.slice(0, code.indexOf('_'));
}
