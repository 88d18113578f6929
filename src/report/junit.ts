import { findingFile } from './finding-file.ts';
import type { Finding } from '../findings/finding.ts';
import { isDamage } from '../findings/status.ts';
import { familyOf } from '../findings/marks.ts';
import type { VerifyReport } from '../operation/types.ts';

/**
 * JUnit XML: a suite for each stream, a case for each family of checks that found something, or one that passed. What could
 * not be opened is one suite, under the `path` that was given.
 */
export function junitText(report: VerifyReport, path: string, isWarningFailure: boolean): string {
  const fails = (finding: Finding): boolean =>
    isDamage(finding) || (isWarningFailure && finding.severity === 'warning');
  const known = new Set(report.streams.map((stream) => stream.name));
  const suites = report.streams.map((stream) => {
    const own = report.findings.filter(
      (finding) => (finding.stream ?? '') === stream.name && (finding.account ?? null) === stream.account,
    );
    return suite([stream.account, stream.name].filter((part) => part !== null).join('/'), own, fails);
  });
  const rest = report.findings.filter((finding) => !known.has(finding.stream ?? ''));
  if (rest.length > 0 || suites.length === 0)
    suites.push(suite(report.source === null ? path : 'archive', rest, fails));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="natsarc verify">\n${suites.join('')}</testsuites>\n`;
}

function suite(name: string, findings: readonly Finding[], fails: (finding: Finding) => boolean): string {
  const families = groupByFamily(findings);
  if (families.size === 0) families.set('verify', []);
  const cases = [...families].map(([family, own]) => {
    const failing = own.filter(fails);
    const body = failing.map((finding) => failure(finding)).join('');
    return `    <testcase classname="${xml(name)}" name="${xml(family)}">${body}</testcase>\n`;
  });
  const failures = [...families.values()].filter((own) => own.some(fails)).length;
  return `  <testsuite name="${xml(name)}" tests="${families.size}" failures="${failures}">\n${cases.join('')}  </testsuite>\n`;
}

function groupByFamily(findings: readonly Finding[]): Map<string, Finding[]> {
  const families = new Map<string, Finding[]>();
  for (const finding of findings) {
    const family = familyOf(finding.code);
    families.set(family, [...(families.get(family) ?? []), finding]);
  }
  return families;
}

function failure(finding: Finding): string {
  const place = [findingFile(finding), finding.offset === undefined ? undefined : `offset ${finding.offset}`]
    .filter((part) => part !== undefined && part !== null)
    .join(' ');
  return `<failure type="${finding.code}" message="${xml(finding.message)}">${xml(place)}</failure>`;
}

function xml(text: string): string {
  return (
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      // oxlint-disable-next-line no-control-regex
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '\ufffd')
  );
}
