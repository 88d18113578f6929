import { plural } from '../../core/plural.ts';
import type { StateNumbers } from '../../model/stream-state.ts';
import type { ByteSource } from '../../source/byte-source.ts';
import { SourceError } from '../../core/error.ts';
import { formatTimeNs } from '../../core/time.ts';
import { MessageTotals } from '../write/message-totals.ts';
import { readDocument } from './document.ts';
import { HeadFields, type DeclaredExportState, type ImportedHead } from './head.ts';

/** What a whole export holds. */
export interface ExportSurvey {
  readonly head: ImportedHead;
  readonly state: StateNumbers;
  /** How many messages of the stream it does not hold. */
  readonly missing: bigint;
}

/** Reads an export once and checks all of it. Throws SourceError. */
export async function surveyExport(
  source: ByteSource,
  label: string,
  pause: (doneBytes: number) => Promise<void>,
): Promise<ExportSurvey> {
  const fields = new HeadFields();
  const totals = new MessageTotals();
  await readDocument(source, label, {
    field: (name, value, fail) => fields.add(name, value, fail),
    message: (message) => totals.add(message),
    pause,
  });
  const fail = (what: string): never => {
    throw new SourceError(`${label}: ${what}`);
  };
  const head = fields.read(fail);
  const found = BigInt(totals.messages);
  const { state } = head;
  if (state === null) return { head, state: stateOf(totals, null), missing: 0n };
  const contradiction = contradictionOf(state, totals);
  if (contradiction !== null) fail(contradiction);
  return { head, state: stateOf(totals, state), missing: state.messages - found };
}

/** Where the state and the messages say different things; null: nowhere. Messages may be missing. */
function contradictionOf(state: DeclaredExportState, totals: MessageTotals): string | null {
  const { first, last } = totals;
  const found = BigInt(totals.messages);
  const differs = (what: string, declared: bigint | null, actual: bigint): string | null =>
    declared === null || declared === actual
      ? null
      : `its state says ${what} ${declared}, its messages ${actual}`;
  if (found > state.messages) return `its state says ${plural(state.messages, 'message')}, it holds ${found}`;
  if (first !== null && first.seq < state.firstSeq)
    return `sequence ${first.seq} lies before the first of its state`;
  if (last !== null && last.seq > state.lastSeq)
    return `sequence ${last.seq} lies behind the last of its state`;
  if (found < state.messages) return null;
  const isLast = last !== null && last.seq === state.lastSeq;
  const subjects = totals.numSubjects;
  const span = first === null ? 0n : state.lastSeq - first.seq + 1n - found;
  return (
    differs('bytes', state.bytes, BigInt(totals.bytes)) ??
    (first === null ? null : differs('first_seq', state.firstSeq, first.seq)) ??
    (first === null ? null : differs('num_deleted', state.numDeleted, span)) ??
    (subjects === null ? null : differs('num_subjects', state.numSubjects, BigInt(subjects))) ??
    (first === null ? null : timeDiffers('first_ts', state.firstTimeNs, first.timeNs)) ??
    (isLast ? timeDiffers('last_ts', state.lastTimeNs, last.timeNs) : null)
  );
}

function timeDiffers(what: string, declared: bigint | null, actual: bigint): string | null {
  if (declared === null || declared === actual) return null;
  return `its state says ${what} ${formatTimeNs(declared)}, its messages ${formatTimeNs(actual)}`;
}

function stateOf(totals: MessageTotals, declared: DeclaredExportState | null): StateNumbers {
  const lastSeq = declared?.lastSeq ?? totals.last?.seq ?? 0n;
  return {
    messages: BigInt(totals.messages),
    bytes: BigInt(totals.bytes),
    firstSeq: totals.first?.seq ?? (lastSeq === 0n ? (declared?.firstSeq ?? 0n) : lastSeq + 1n),
    firstTimeNs: totals.first?.timeNs ?? 0n,
    lastSeq,
    lastTimeNs:
      totals.last?.seq === lastSeq ? totals.last.timeNs : (declared?.lastTimeNs ?? totals.last?.timeNs ?? 0n),
    numSubjects: totals.numSubjects,
    deleted: null,
  };
}
