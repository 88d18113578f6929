import type { Finding } from '../../../findings/finding.ts';
import type { StreamArchive } from '../../../model/stream-archive.ts';
import type { MessageWalk, StoredMessage } from '../../content/message-walk.ts';
import { stateOfTotals } from '../../state/totals-state.ts';
import type { StreamContent } from '../../content/content.ts';
import type { RunMessage } from '../blocks/message-run.ts';
import type { Lost } from '../../types.ts';
import { type Survey } from './survey.ts';
import { eachMessage, type SurveyOptions } from '../blocks/each-message.ts';
import type { StreamLoss } from '../types.ts';

/** Whose messages they are. */
type StreamPlace = Pick<StreamArchive, 'account' | 'name'>;

/** What the writing engine takes: the recovered messages as a stream. */
export function repairedContent(
  place: StreamPlace,
  found: Survey,
  loss: StreamLoss,
  lastTimeNs: bigint,
  findings: readonly Finding[],
  options: SurveyOptions,
): StreamContent {
  const { total } = found;
  return {
    state: stateOfTotals(total, loss.last_seq, lastTimeNs || total.lastTimeNs),
    messages: walk(place, options),
    lost: lostOf(loss),
    lossCount: { messages: loss.lost, repairable: 0n, doubtful: 0n },
    findings,
    areLimitsTold: true,
  };
}

function lostOf({ ranges }: StreamLoss): Lost {
  const msgs: (readonly [bigint, bigint])[] = [];
  let bytes = 0;
  for (const { state, from, to, length } of ranges) {
    if (state !== 'lost') continue;
    msgs.push([from, to]);
    bytes += length ?? 0;
  }
  return { msgs, bytes };
}

function walk({ account, name: stream }: StreamPlace, options: SurveyOptions): MessageWalk {
  return async (wants, give, isDone) => {
    let lot: StoredMessage[] = [];
    const giveOut = async (): Promise<void> => {
      const ready = lot;
      lot = [];
      await give(ready);
    };
    await eachMessage(
      options,
      (message, disagreement) => {
        if (disagreement?.chosen === null) return;
        const { seq, timeNs, subject, header, data } = message;
        const stored = { account, stream, seq, timeNs, subject, header, data };
        if (wants(stored)) lot.push({ ...stored, ...ownBytes(message) });
      },
      giveOut,
      isDone,
    );
    await giveOut();
  };
}

/** Copies, also of a Buffer, whose own `slice` makes none. */
function ownBytes({ subject, header, data }: RunMessage): Pick<StoredMessage, 'subject' | 'header' | 'data'> {
  return {
    subject: new Uint8Array(subject),
    header: header === null ? null : new Uint8Array(header),
    data: new Uint8Array(data),
  };
}
