import type { V2StreamParts } from '../../container/entry.ts';
import { checkDeclaredLive, checkDeclaredMessages } from '../../check/declared.ts';
import type { SequenceParts } from '../../core/sequence-parts.ts';
import type { Finding } from '../../findings/finding.ts';
import { isDamage } from '../../findings/status.ts';
import type { ManifestState } from '../../format/manifest/types.ts';
import { deletedBetween } from '../../model/stream-state.ts';
import { readV2Head } from '../../model/load-v2-stream.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { sequencesOf } from '../state/state-report.ts';
import { consumerReports, needsSubjects, pendingQueries } from '../state/consumer-report.ts';
import { declaredStates, manifestStateReport } from '../state/declared-states.ts';
import type { Archive } from '../open/open-archive.ts';
import type { StreamState } from '../types.ts';
import { readV2Messages, v2FramingFindings } from '../read/v2-messages.ts';
import { v2State } from '../state/v2-state.ts';
import { subjectReports } from './subjects.ts';
import type { InspectedStream, InspectOptions } from './types.ts';

/** A V2 archive: state and consumers stand at its beginning, all else needs the messages. */
export async function inspectV2Stream(
  archive: StreamArchive,
  parts: V2StreamParts,
  { signal }: Pick<Archive, 'signal'>,
  options: InspectOptions,
): Promise<InspectedStream> {
  const needsMessages = options.deep === true || options.gaps === true || options.subjects === true;
  const head = readV2Head(parts, archive.place);
  const wantSubjects = options.subjects === true || needsSubjects(archive);
  const messages = needsMessages
    ? await readV2Messages(archive, parts, { signal, wantSubjects, pending: pendingQueries(archive) })
    : null;
  const live = messages?.live ?? null;
  const gaps = options.gaps === true ? live : null;
  const isAsDeclared = messages === null || head.state?.messages === BigInt(messages.total.messages);
  const declared = head.state === null ? null : manifestStateReport(head.state);
  const found = isAsDeclared ? declared : v2State(archive, head.state, messages);
  const state = found === null ? null : withGaps(found, gaps);
  const report = {
    name: archive.name,
    created: null,
    config: archive.config,
    state,
    declared: declaredStates(archive, head.state),
    encrypted: null,
    blocks: [],
    consumers: consumerReports(archive, { live, total: messages?.total ?? null }),
    ...(options.subjects === true
      ? { subjects: subjectReports(messages?.total.subjects ?? new Map(), options.top) }
      : {}),
  };
  const damage = [
    ...archive.findings,
    ...v2FramingFindings(archive, parts),
    ...(messages?.findings ?? head.findings),
  ];
  const fewer = fewerThanDeclared(archive, live, head.state, !damage.some(isDamage));
  return { report, findings: [...damage, ...fewer], isRead: messages !== null };
}

/** By the messages, where they were read, else by what its own state says. */
function fewerThanDeclared(
  archive: StreamArchive,
  live: SequenceParts | null,
  state: ManifestState | null,
  isWhole: boolean,
): Finding[] {
  if (live !== null) return checkDeclaredLive(archive, live, isWhole);
  const isTold = state !== null && state.lastSeq <= (archive.manifest?.state?.lastSeq ?? 0n);
  return isTold ? checkDeclaredMessages(archive, state.messages, 0n, isWhole) : [];
}

/** `live`: null where the deleted sequences are not wanted. */
function withGaps(state: StreamState, live: SequenceParts | null): StreamState {
  const span = state.last_seq === 0n ? 0n : state.last_seq - state.first_seq + 1n - BigInt(state.messages);
  const counted = { ...state, num_subjects: state.num_subjects ?? 0, num_deleted: span > 0n ? span : 0n };
  if (live === null) return counted;
  return { ...counted, deleted: sequencesOf(deletedBetween(live, state.first_seq, state.last_seq)) };
}
