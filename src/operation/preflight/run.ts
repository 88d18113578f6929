import { RefusedError, SourceError } from '../../core/error.ts';
import { generationOf, NEWEST_GENERATION } from '../../core/server-generation.ts';
import { isStore, type FileStreamParts } from '../../container/entry.ts';
import { makeFinding, type Finding } from '../../findings/finding.ts';
import { gatherEvidence } from '../read/stream-evidence.ts';
import { findingsOfLoss, missingMessages, streamLosses } from '../loss/stream-losses.ts';
import { loadStream } from '../open/load-stream.ts';
import { withArchive, type Archive } from '../open/open-archive.ts';
import { sourceReport, TOOL } from '../open/report-source.ts';
import { RULES_OF, type ServerRules } from '../predict/rules/server-rules.ts';
import { isUnjudged, type Status } from '../../findings/status.ts';
import { assignmentKey, readAssignments, type Assignments } from '../open/assignments.ts';
import { leftoverSteps } from './leftovers.ts';
import { NOTHING_TOLD, planStream } from './plan-stream.ts';
import { runningSteps } from './running.ts';
import type { PreflightOptions, PreflightReport, PreflightStep, PreflightStream } from './types.ts';

/**
 * Tells what a start of a server does to the files of a store, before it does it. Throws UsageError where the path is no
 * store or the version is not known, SourceError where it cannot be opened, CancelledError.
 */
export async function preflightStore(path: string, options: PreflightOptions = {}): Promise<PreflightReport> {
  const rules = RULES_OF[generationOf(options.serverVersion ?? NEWEST_GENERATION)];
  return withArchive(path, options, async (work) => {
    if (!isStore(work.container.kind)) throw new RefusedError(`${path} is no server's store`);
    const assignments = readAssignments(work.container);
    const planned = [];
    for (const parts of work.selected)
      if (parts.form === 'store') planned.push(await planOne(parts, work, rules, assignments));
    const streams = planned.map((one) => one.stream);
    const steps = [...runningSteps(path), ...leftoverSteps(work.container.findings, rules)];
    const findings = [...work.container.findings, ...planned.flatMap((one) => one.findings)].filter(
      isUnjudged,
    );
    return {
      type: 'natsarc.v1.preflight',
      tool: TOOL,
      source: sourceReport(work.container),
      server: rules.server,
      status: statusOf(streams, steps, findings),
      streams,
      steps,
      findings,
    };
  });
}

async function planOne(
  parts: FileStreamParts,
  work: Archive,
  rules: ServerRules,
  assignments: Assignments | null,
): Promise<{ readonly stream: PreflightStream; readonly findings: readonly Finding[] }> {
  try {
    const archive = loadStream(parts);
    const findings = [...parts.findings, ...archive.findings];
    if (archive.encrypted !== null) return { stream: untold(parts, archive.name), findings };
    const assigned = assignments?.has(assignmentKey(archive.account, archive.name)) ?? null;
    const evidence = await gatherEvidence(archive, work, { wantSubjects: false, pending: [] });
    const found = [...findings, ...evidence.scan.findings, ...findingsOfLoss(evidence)];
    const losses = await streamLosses(evidence, found, work);
    const known = { ...losses, missing: missingMessages(losses, found), found };
    const stream = planStream(evidence, parts, rules, work, assigned, known);
    return {
      stream: { ...stream, steps: [...stream.steps, ...leftoverSteps(parts.findings, rules)] },
      findings,
    };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    const place = { ...(parts.account === null ? {} : { account: parts.account }), file: parts.label };
    const finding = makeFinding({ code: 'SRC_UNREADABLE', data: { reason: error.message } }, place);
    return { stream: untold(parts, parts.folderName ?? ''), findings: [finding] };
  }
}

function untold(parts: FileStreamParts, name: string): PreflightStream {
  return {
    ...NOTHING_TOLD,
    account: parts.account,
    name,
    outcome: null,
    reason: null,
    assigned: null,
    steps: [],
  };
}

function statusOf(
  streams: readonly PreflightStream[],
  beside: readonly PreflightStep[],
  findings: readonly Finding[],
): Status {
  const steps = [...streams.flatMap((stream) => stream.steps), ...beside];
  const severities = new Set(steps.map((step) => step.severity));
  const isLossy = streams.some((stream) => stream.outcome !== 'whole' && stream.outcome !== null);
  if (isLossy || severities.has('critical')) return 'CRITICAL';
  if (findings.length > 0) return 'UNKNOWN';
  return severities.has('warning') ? 'WARNING' : 'OK';
}
