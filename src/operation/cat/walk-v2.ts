import type { V2StreamParts } from '../../container/entry.ts';
import { countSequences } from '../../core/sequence-ranges.ts';
import type { Finding } from '../../findings/finding.ts';
import { hasMark } from '../../findings/marks.ts';
import { V2Reading, type V2Message } from '../../model/load-v2-stream.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { MessageSieve } from '../filter/message-sieve.ts';
import type { Archive } from '../open-archive.ts';
import { withLeftOver } from './left-over.ts';
import type { MessageWalk, WantsMessage } from './message-walk.ts';
import type { StoredMessage } from './types.ts';

/** A lot is given out after about this many messages, or bytes of them, were looked at. */
const LOT_MESSAGES = 1024;
const LOT_BYTES = 1024 * 1024;

/** A walk over the messages of a V2 archive, and what the last one met. */
interface V2MessageWalk {
  readonly messages: MessageWalk;
  readonly findings: () => readonly Finding[];
  /** How many messages were looked at. */
  readonly seen: () => number;
  /** Whether there was a message for each sequence that can pass. */
  readonly isSelectionWhole: () => boolean;
}

/** Walks the messages of a V2 archive that no damage touches; given `work`, also those that a salvage finds behind its last one. */
export function walkV2(
  archive: StreamArchive,
  parts: V2StreamParts,
  sieve: MessageSieve,
  work?: Archive,
): V2MessageWalk {
  let reading = new V2Reading(parts, archive.place);
  let seenInRange = 0n;
  let seen = 0;
  const look = (message: StoredMessage): void => {
    seen++;
    if (sieve.overlaps(message.seq, message.seq)) seenInRange++;
  };
  const messages: MessageWalk = async (wants, give, isDone) => {
    reading = new V2Reading(parts, archive.place);
    seenInRange = 0n;
    seen = 0;
    let lot: StoredMessage[] = [];
    let room = new LotRoom();
    let seenMessages = 0;
    let seenBytes = 0;
    let lastSeq = 0n;
    for (const read of reading.messages()) {
      if (sieve.isDone) break;
      if ('kind' in read) {
        await give([]);
        continue;
      }
      const message = storedMessage(archive, read);
      look(message);
      lastSeq = read.seq;
      if (wants(message)) lot.push(ownMessage(message, room));
      seenMessages++;
      seenBytes += read.payload.length;
      if (seenBytes < LOT_BYTES && seenMessages < LOT_MESSAGES) continue;
      await give(lot);
      lot = [];
      room = new LotRoom();
      seenMessages = 0;
      seenBytes = 0;
    }
    await give(lot);
    if (work === undefined || sieve.isDone || !hasMark(reading.head().findings, 'ends-reading')) return;
    const wantsBehind: WantsMessage = (message) => {
      if (message.seq <= lastSeq) return false;
      look(message);
      return wants(message);
    };
    await withLeftOver(archive, work, async (left) => left?.messages(wantsBehind, give, isDone));
  };
  return {
    messages,
    findings: () => reading.head().findings,
    seen: () => seen,
    isSelectionWhole: () => sieve.range !== null && countSequences(sieve.range) === seenInRange,
  };
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

function ownMessage(message: StoredMessage, room: LotRoom): StoredMessage {
  const { account, stream, subject, seq, header, data, timeNs } = message;
  return {
    account,
    stream,
    subject: room.own(subject),
    seq,
    header: header === null ? null : room.own(header),
    data: room.own(data),
    timeNs,
  };
}

/** A lot has few wanted messages, or as many as it may. */
const LEAST_ROOM_BYTES = 4096;

/** Memory that the messages of a lot have together: one of its own for each part is more than all else to tidy up. */
class LotRoom {
  #bytes = new Uint8Array(0);
  #usedBytes = 0;

  own(part: Uint8Array): Uint8Array {
    if (this.#usedBytes + part.length > this.#bytes.length) {
      const moreBytes = Math.min(LOT_BYTES, 4 * this.#bytes.length);
      this.#bytes = new Uint8Array(Math.max(LEAST_ROOM_BYTES, moreBytes, part.length));
      this.#usedBytes = 0;
    }
    const own = this.#bytes.subarray(this.#usedBytes, this.#usedBytes + part.length);
    own.set(part);
    this.#usedBytes += part.length;
    return own;
  }
}
