import type { VerifyReport } from '../operation/types.ts';

const STATUS_VALUE = { OK: 0, WARNING: 1, CRITICAL: 2, UNKNOWN: 3 } as const;

/** Prometheus text exposition of the verification of what lies at `path`, whether or not it could be opened. */
export function prometheusText(report: VerifyReport, path: string): string {
  const source = label('source', path);
  const lines: string[] = [];
  const gauge = (
    name: string,
    help: string,
    samples: readonly (readonly [string, number | bigint])[],
  ): void => {
    lines.push(`# HELP natsarc_verify_${name} ${help}`, `# TYPE natsarc_verify_${name} gauge`);
    for (const [labels, value] of samples) lines.push(`natsarc_verify_${name}{${labels}} ${value}`);
  };
  gauge('status', '0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN', [[source, STATUS_VALUE[report.status]]]);
  gauge(
    'checked',
    'What was read, by kind',
    Object.entries(report.checked).map(([kind, value]) => [`${source},${label('kind', kind)}`, value]),
  );
  gauge(
    'messages',
    'Messages with good records, by stream',
    report.streams.map((stream) => [
      [source, label('account', stream.account ?? ''), label('stream', stream.name)].join(','),
      stream.actual?.messages ?? 0,
    ]),
  );
  const counts = new Map<string, number>();
  for (const { code, severity } of report.findings) {
    const labels = [source, label('code', code), label('severity', severity)].join(',');
    counts.set(labels, (counts.get(labels) ?? 0) + 1);
  }
  gauge('findings', 'Findings, by code', [...counts]);
  return `${lines.join('\n')}\n`;
}

function label(name: string, value: string): string {
  const escaped = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return `${name}="${escaped}"`;
}
