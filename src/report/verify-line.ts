import { findingFile } from './finding-file.ts';
import type { VerifyReport } from '../operation/types.ts';
import { bytesText, counted } from './units.ts';
import { escapeText } from './escape.ts';

/** What was read, in words: `3 streams, 1,204 messages, 12 MiB`. */
export function totalsText({ checked }: VerifyReport): string {
  return [
    counted(checked.streams, 'stream'),
    counted(checked.blocks, 'block'),
    counted(checked.messages, 'message'),
    counted(checked.consumers, 'consumer'),
    bytesText(checked.bytes),
  ].join(', ');
}

/** One line for a monitoring system, with performance data, as `nats server check` prints it. */
export function nagiosLine(report: VerifyReport): string {
  const count = (severity: string): number =>
    report.findings.filter((finding) => finding.severity === severity).length;
  const [critical, warning] = [count('critical'), count('warning')];
  const worst =
    report.findings.find((finding) => finding.severity === 'critical') ??
    report.findings.find((finding) => finding.severity === 'warning');
  const place =
    worst === undefined
      ? ''
      : [worst.stream, findingFile(worst)].filter((part) => part !== undefined && part !== null).join(' ');
  const reason = worst === undefined ? '' : ` ${worst.code}${place === '' ? '' : ` in ${escapeText(place)}`}`;
  const problems =
    critical + warning === 0
      ? ''
      : ` ${counted(critical, 'critical finding')}, ${counted(warning, 'warning')}:${reason};`;
  const { checked } = report;
  const perf = `streams=${checked.streams} blocks=${checked.blocks} messages=${checked.messages} consumers=${checked.consumers} bytes=${checked.bytes}B critical=${critical} warning=${warning}`;
  // A bar begins the performance data, wherever it stands.
  const text = `VERIFY ${report.status} -${problems} ${totalsText(report)} checked`.replaceAll('|', '/');
  return `${text} | ${perf}\n`;
}
