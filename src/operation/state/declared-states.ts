import { eachRange } from '../../core/sequence-ranges.ts';
import type { ManifestState } from '../../format/manifest/types.ts';
import { stateFromIndex, GO_ZERO_TIME } from '../../model/stream-state.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { stateReport } from './state-report.ts';
import type { DeclaredState, StreamState } from '../types.ts';

/** A state that an archive's JSON declares. */
export function manifestStateReport(state: ManifestState): StreamState {
  return {
    messages: state.messages,
    bytes: state.bytes,
    first_seq: state.firstSeq,
    first_ts: state.firstTime ?? GO_ZERO_TIME,
    last_seq: state.lastSeq,
    last_ts: state.lastTime ?? GO_ZERO_TIME,
    num_subjects: state.numSubjects,
    num_deleted: state.numDeleted,
    ...(state.lost === undefined || state.lost.length === 0
      ? {}
      : { lost: { msgs: [...eachRange(state.lost)], bytes: 0 } }),
    consumer_count: state.consumerCount,
  };
}

/** Every state that the archive declares somewhere, in order of precedence. */
export function declaredStates(archive: StreamArchive, v2State: ManifestState | null): DeclaredState[] {
  const declared: DeclaredState[] = [];
  if (archive.manifest?.state)
    declared.push({ by: 'backup.json', state: manifestStateReport(archive.manifest.state) });
  if (v2State !== null) declared.push({ by: 'state.json', state: manifestStateReport(v2State) });
  if (archive.index !== null) {
    const state = stateReport(stateFromIndex(archive.index), {
      consumerCount: archive.consumers.length,
      gaps: false,
    });
    declared.push({ by: 'index.db', state });
  }
  return declared;
}
