import type { OpenContainer } from '../../container/entry.ts';
import { TOOL_NAME, VERSION } from '../../core/version.ts';
import type { Finding, Place } from '../../findings/finding.ts';
import type { SourceReport, ToolReport } from '../types.ts';

/** What reports say of who made them. */
export const TOOL: ToolReport = { name: TOOL_NAME, version: VERSION };

/** What reports say of the archive. */
export function sourceReport(
  container: OpenContainer,
  sizeBytes: number = container.sizeBytes,
): SourceReport {
  return {
    path: container.path,
    kind: container.kind,
    snapshot_format: container.snapshotFormat,
    bytes: sizeBytes,
  };
}

/** Findings of the container, with the stream they are about, which it does not know. */
export function placed(findings: readonly Finding[], place: Place): Finding[] {
  return findings.map((finding) => ({ ...finding, ...place }));
}
