import { replicasOf } from '../../model/replicas.ts';
import type { Finding } from '../../findings/finding.ts';
import { isDamageOfLive } from '../../findings/status.ts';
import type { Archive } from '../open/open-archive.ts';
import { sourceReport, TOOL } from '../open/report-source.ts';
import type { SelectOptions } from '../types.ts';
import { valueChanges } from './compare-values.ts';
import { consumerDiffs } from './compare-consumers.ts';
import { matchStreams, type Match } from './match-streams.ts';
import { notComparable } from './not-comparable.ts';
import { ReplicaGroup } from './replica-status.ts';
import { withArchives } from './run.ts';
import { loadSides, type Side } from './side.ts';
import type { MatrixReport, MatrixStream, ReplicaReport } from './types.ts';

/**
 * Compares the replicas of streams: which holds the majority's version, which is behind, which has diverged, and where.
 * Throws SourceError where an archive cannot be read, UsageError, CancelledError.
 */
export async function compareReplicas(
  paths: readonly string[],
  options: SelectOptions = {},
): Promise<MatrixReport> {
  const each = paths.map(() => options);
  return withArchives(paths, each, async (archives) => {
    const findings = archives.map((archive): Finding[] => [...archive.container.findings]);
    const streams: MatrixStream[] = [];
    for (const match of matchStreams(archives)) {
      const sides = await loadReplicas(match);
      for (const [i, side] of sides.entries()) findings[i]?.push(...(side?.findings ?? []));
      streams.push(await matrixOf(match, sides, archives));
    }
    const isHeldByAll = ({ held_by }: MatrixStream): boolean => held_by.length === archives.length;
    return {
      type: 'natsarc.v1.matrix',
      tool: TOOL,
      sources: archives.map(({ container }) => sourceReport(container)),
      same: streams.every((stream) => stream.same),
      totals: {
        streams: streams.length,
        different: streams.filter((stream) => !stream.same && !isOnlyUnreadable(stream)).length,
        not_compared: streams.filter(isOnlyUnreadable).length,
        not_in_all: streams.filter((stream) => !isHeldByAll(stream)).length,
      },
      streams,
      findings,
    };
  });
}

/** In the order of the archives; null where one does not hold the stream. */
async function loadReplicas({ candidates }: Match): Promise<(Side | null)[]> {
  const sides = await loadSides(candidates.filter((one) => one !== null));
  let next = 0;
  return candidates.map((candidate) => (candidate === null ? null : (sides[next++] ?? null)));
}

async function matrixOf(
  match: Match,
  sides: readonly (Side | null)[],
  archives: readonly Archive[],
): Promise<MatrixStream> {
  const readable = sides.filter((side) => side !== null && side.live !== null) as Side[];
  const group = await ReplicaGroup.compare(readable);
  const reference = readable[group.reference] ?? null;
  const held_by = sides.flatMap((side, i) => (side === null ? [] : [i]));
  const isEnough = held_by.length >= wantedBy(reference ?? sides.find(Boolean));
  const replicas = sides.map((side, i): ReplicaReport => {
    if (side === null)
      return { ...NOT_THERE, status: isEnough && isOneOfCluster(archives[i]) ? 'absent' : 'missing' };
    if (side.live === null || reference === null) return { ...NOT_THERE, status: 'unreadable' };
    return replicaReport(side, reference, group.status(readable.indexOf(side)));
  });
  const at = reference === null ? null : sides.indexOf(reference);
  return {
    account: match.account,
    name: match.name,
    same: replicas.every(isSame),
    held_by,
    reference: at,
    majority: group.hasMajority ? at : null,
    replicas,
  };
}

const NOT_THERE = {
  diverged_at: null,
  messages: null,
  first_seq: null,
  last_seq: null,
  missing: 0n,
  extra: 0n,
  changed: 0n,
  config_same: null,
  consumers_same: null,
  damaged: false,
} as const;

/** Whether it may well do without a stream: a cluster places its replicas on some of the servers. */
function isOneOfCluster(archive: Archive | undefined): boolean {
  if (archive === undefined || archive.isStandalone) return false;
  return archive.container.kind === 'store' || archive.container.kind === 'account-store';
}

/** How many there should be. */
function wantedBy(side: Side | null | undefined): number {
  return Math.max(1, Number(replicasOf(side?.archive.config ?? {})));
}

function replicaReport(
  side: Side,
  reference: Side,
  status: ReturnType<ReplicaGroup['status']>,
): ReplicaReport {
  const skipped = notComparable(reference, side, false);
  const configs = [reference, side].map(({ archive }) => archive.config ?? {});
  return {
    ...status,
    messages: side.state?.messages ?? null,
    first_seq: side.state?.first_seq ?? null,
    last_seq: side.state?.last_seq ?? null,
    config_same: skipped.has('config') ? null : valueChanges(configs[0] ?? {}, configs[1] ?? {}).length === 0,
    consumers_same: skipped.has('consumers')
      ? null
      : consumerDiffs(replicated(reference, side), replicated(side, reference), [], skipped).length === 0,
    damaged: side.findings.some(isDamageOfLive),
  };
}

/** A side with the consumers that the other has too, and those that it should have: an ephemeral one lives on one server. */
function replicated(side: Side, other: Side): Side {
  const names = new Set(other.archive.consumers.map(({ name }) => name));
  const consumers = side.archive.consumers.filter(
    ({ name, config }) =>
      names.has(name) || (typeof config?.['durable_name'] === 'string' && config['num_replicas'] !== 1),
  );
  return { ...side, archive: { ...side.archive, consumers } };
}

/** Whether a stream is not called the same for the one reason that a replica of it cannot be read. */
function isOnlyUnreadable({ same, replicas }: MatrixStream): boolean {
  return !same && replicas.every((replica) => replica.status === 'unreadable' || isSame(replica));
}

function isSame({ status, config_same, consumers_same }: ReplicaReport): boolean {
  return (status === 'same' || status === 'absent') && config_same !== false && consumers_same !== false;
}
