import type { V2StreamParts } from '../../container/entry.ts';
import type { Finding } from '../../findings/finding.ts';
import { V2Reading } from '../../model/load-v2-stream.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { MessageSieve } from '../filter/message-sieve.ts';
import type { MessageWalk } from './stream-messages.ts';

/** A pause comes after about this many messages, or bytes of them. */
const LOT_MESSAGES = 1024;
const LOT_BYTES = 1024 * 1024;

/** Walks the messages of a V2 archive; `findings` are those of the last walk. */
export function walkV2(
  archive: StreamArchive,
  parts: V2StreamParts,
  sieve: MessageSieve,
): { readonly messages: MessageWalk; readonly findings: () => readonly Finding[] } {
  let reading = new V2Reading(parts, archive.place);
  const messages: MessageWalk = async (visit, pause) => {
    reading = new V2Reading(parts, archive.place);
    let lotMessages = 0;
    let lotBytes = 0;
    for (const message of reading.messages()) {
      if (sieve.isDone) break;
      visit({
        account: archive.account,
        stream: archive.name,
        subject: message.subject.slice(),
        seq: message.seq,
        header: message.header.length === 0 ? null : message.header.slice(),
        data: message.payload.slice(),
        timeNs: message.timeNs,
      });
      lotMessages++;
      lotBytes += message.payload.length;
      if (lotBytes < LOT_BYTES && lotMessages < LOT_MESSAGES) continue;
      await pause();
      lotMessages = 0;
      lotBytes = 0;
    }
  };
  return { messages, findings: () => reading.head().findings };
}
