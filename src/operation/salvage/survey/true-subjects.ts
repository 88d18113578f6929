import type { MessageRun, RunMessage } from '../blocks/message-run.ts';
import type { SalvageWork } from '../rescan/salvage-work.ts';
import type { SalvagedStream } from '../stream/salvaged-stream.ts';
import {
  isQuicklyTallied,
  misreadSubjects,
  tellsSubjects,
  type MisreadSubjects,
  type SubjectEnds,
} from './misread-subjects.ts';
import { surveySource } from './survey-parts.ts';
import type { Survey } from './survey.ts';

/**
 * Sets right what the records say of their subjects' lengths, which no checksum covers, where index.db or the configuration
 * contradicts them and tells what they were. `first`: all its messages, added up already.
 */
export async function withTrueSubjects(
  source: SalvagedStream,
  first: Survey | null,
  { pool, signal }: Pick<SalvageWork, 'pool' | 'signal'>,
): Promise<{ readonly source: SalvagedStream; readonly misread: MisreadSubjects | null }> {
  const { archive } = source;
  const asIs = { source, misread: null };
  const isIndexed = archive.indexStanding === 'current' && archive.index !== null;
  if (archive.form === 'v2' || (!isIndexed && !tellsSubjects(archive))) return asIs;
  const asked = { runs: source.runs, excluded: source.deleted, prefer: undefined, signal };
  const quick = isIndexed ? (first ?? (await surveySource(source, asked, false, pool))) : null;
  if (quick !== null && (hasSubjectsOf(archive, quick) || isTooMuch(archive, quick))) return asIs;
  const counted = first !== null && first.total.subjects.size > 0;
  const { total } = counted ? first : await surveySource(source, asked, true, pool);
  const misread = await misreadSubjects(archive, total.subjects, asked);
  return misread === null ? asIs : { source: mended(source, misread.mended), misread };
}

function hasSubjectsOf({ index }: SalvagedStream['archive'], { total }: Survey): boolean {
  const totals = index?.subjectTotals;
  return totals?.digest === total.subjectDigest && totals.messages === BigInt(total.messages);
}

/** Where messages are lost their subjects differ for that; only one after the other tells whether others do, too. */
function isTooMuch(archive: SalvagedStream['archive'], { total }: Survey): boolean {
  const isLossy = archive.index?.subjectTotals?.messages !== BigInt(total.messages);
  return isLossy && !isQuicklyTallied(archive);
}

function mended(source: SalvagedStream, ends: MisreadSubjects['mended']): SalvagedStream {
  if (ends.size === 0) return source;
  // Threads would take over the lengths as they are.
  return { ...source, runs: () => source.runs().map((run) => mendedRun(run, ends)), parted: null };
}

function mendedRun(run: MessageRun, ends: MisreadSubjects['mended']): MessageRun {
  return {
    ...run,
    open: () => {
      const cursor = run.open();
      const next = (): RunMessage | null => {
        const message = cursor.next();
        const end = message === null ? undefined : ends.get(message.seq);
        return message === null || end === undefined ? message : cutAnew(message, end);
      };
      return { next, close: () => cursor.close() };
    },
  };
}

function cutAnew(message: RunMessage, { saidBytes, trueBytes }: SubjectEnds): RunMessage {
  const { seq, timeNs, storedBytes, subject, data } = message;
  if (subject.length !== saidBytes) return message;
  const body = Buffer.concat([subject, data]);
  return {
    seq,
    timeNs,
    storedBytes,
    header: null,
    subject: body.subarray(0, trueBytes),
    data: body.subarray(trueBytes),
  };
}
