import type { PlanReport, WrittenReport } from '../operation/write/types.ts';
import type { CliContext } from './context.ts';
import { isHarmless, isOfDeleted } from '../findings/status.ts';
import { tellRunningServer } from './damage-notes.ts';
import { EXIT } from './exit-code.ts';

/** Prints what was, or would be, written of the archive at `path`, and sets the exit code. */
export async function showWritten(
  report: WrittenReport | PlanReport,
  path: string,
  context: CliContext,
): Promise<void> {
  context.progress.end();
  if (context.isJson) {
    const { jsonChunks } = await import('../report/json.ts');
    for (const chunk of jsonChunks(report)) await context.write(chunk);
  } else if (!context.isQuiet) {
    const { writtenText } = await import('../report/text/written.ts');
    await context.write(writtenText(report, context.palette, path));
  }
  tellRunningServer(report.findings, context);
  // What could not be judged is no loss of the copy: that is written, and verified.
  const isDamaged = report.findings.some(
    (finding) => finding.severity === 'critical' && !isOfDeleted(finding) && !isHarmless(finding),
  );
  const isRefused = report.streams.some(({ refused }) => refused !== undefined);
  context.setExit(isDamaged || isRefused || report.lost_messages > 0n ? EXIT.damaged : EXIT.done);
}
