import type { V2StreamParts } from '../../container/entry.ts';
import type { Finding } from '../../findings/finding.ts';
import { V2Reading, type V2Message } from '../../model/load-v2-stream.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { MessageSieve } from '../filter/message-sieve.ts';
import type { MessageWalk } from './stream-messages.ts';
import type { StoredMessage } from './types.ts';

/** A lot is given out after about this many messages, or bytes of them, were looked at. */
const LOT_MESSAGES = 1024;
const LOT_BYTES = 1024 * 1024;

/** Walks the messages of a V2 archive; `findings` are those of the last walk. */
export function walkV2(
  archive: StreamArchive,
  parts: V2StreamParts,
  sieve: MessageSieve,
): { readonly messages: MessageWalk; readonly findings: () => readonly Finding[] } {
  let reading = new V2Reading(parts, archive.place);
  const messages: MessageWalk = async (wants, give) => {
    reading = new V2Reading(parts, archive.place);
    let lot: StoredMessage[] = [];
    let seenMessages = 0;
    let seenBytes = 0;
    for (const read of reading.messages()) {
      if (sieve.isDone) break;
      const message = storedMessage(archive, read);
      if (wants(message)) lot.push(ownMessage(message));
      seenMessages++;
      seenBytes += read.payload.length;
      if (seenBytes < LOT_BYTES && seenMessages < LOT_MESSAGES) continue;
      await give(lot);
      lot = [];
      seenMessages = 0;
      seenBytes = 0;
    }
    await give(lot);
  };
  return { messages, findings: () => reading.head().findings };
}

/** Its bytes hold until the next message is read. */
function storedMessage(archive: StreamArchive, message: V2Message): StoredMessage {
  return {
    account: archive.account,
    stream: archive.name,
    subject: message.subject,
    seq: message.seq,
    header: message.header.length === 0 ? null : message.header,
    data: message.payload,
    timeNs: message.timeNs,
  };
}

function ownMessage(message: StoredMessage): StoredMessage {
  return {
    ...message,
    subject: message.subject.slice(),
    header: message.header?.slice() ?? null,
    data: message.data.slice(),
  };
}
