import type { V2StreamParts } from '../../container/entry.ts';
import { countSequences, MAX_SEQUENCE } from '../../core/sequence-ranges.ts';
import type { Finding } from '../../findings/finding.ts';
import { hasMark } from '../../findings/marks.ts';
import { V2Reading, type V2Message } from '../../model/load-v2-stream.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { MessageSieve } from '../filter/message-sieve.ts';
import type { Archive } from '../open/open-archive.ts';
import { withLeftOver } from './left-over.ts';
import { MessageLot } from './message-lot.ts';
import type { GiveMessages, MessageWalk, StoredMessage, WantsMessage } from '../content/message-walk.ts';

/** Walks over the messages of a V2 archive that no damage touches, and tells what the last one met. */
export class V2Walk {
  readonly #archive: StreamArchive;
  readonly #parts: V2StreamParts;
  readonly #sieve: MessageSieve;
  readonly #work: Archive | undefined;
  #reading: V2Reading;
  #seen = 0;
  #seenInRange = 0n;
  #seenBehind = 0n;

  /** Given `work`, messages that a salvage finds behind the last one come, too. */
  constructor(archive: StreamArchive, parts: V2StreamParts, sieve: MessageSieve, work?: Archive) {
    this.#archive = archive;
    this.#parts = parts;
    this.#sieve = sieve;
    this.#work = work;
    this.#reading = new V2Reading(parts, archive.place);
  }

  readonly messages: MessageWalk = async (wants, give, isDone) => {
    this.#reading = new V2Reading(this.#parts, this.#archive.place);
    this.#seen = 0;
    this.#seenInRange = 0n;
    this.#seenBehind = 0n;
    const lastSeq = await this.#readThrough(wants, give);
    if (this.#work === undefined || this.#sieve.isDone) return;
    if (!hasMark(this.#reading.head().findings, 'ends-reading')) return;
    const wantsBehind: WantsMessage = (message) => {
      if (message.seq <= lastSeq) return false;
      this.#look(message);
      return wants(message);
    };
    await withLeftOver(this.#archive, this.#work, async (left) => left?.messages(wantsBehind, give, isDone));
  };

  findings(): readonly Finding[] {
    return this.#reading.head().findings;
  }

  /** How many messages were looked at. */
  seen(): number {
    return this.#seen;
  }

  /** How many of these lie behind the end that backup.json declares. */
  seenBehind(): bigint {
    return this.#seenBehind;
  }

  /** Whether there was a message for each sequence that can pass. */
  isSelectionWhole(): boolean {
    const { range } = this.#sieve;
    return range !== null && countSequences(range) === this.#seenInRange;
  }

  /** Gives the sequence of the last message that was read. */
  async #readThrough(wants: WantsMessage, give: GiveMessages): Promise<bigint> {
    let lot = new MessageLot();
    let lastSeq = 0n;
    for (const read of this.#reading.messages()) {
      if (this.#sieve.isDone) break;
      if ('kind' in read) {
        await give([]);
        continue;
      }
      const message = storedMessage(this.#archive, read);
      this.#look(message);
      lot.see(message);
      lastSeq = read.seq;
      if (wants(message)) lot.add(message);
      if (!lot.isDone) continue;
      await give(lot.messages);
      lot = new MessageLot();
    }
    await give(lot.messages);
    return lastSeq;
  }

  #look(message: StoredMessage): void {
    this.#seen++;
    if (this.#sieve.overlaps(message.seq, message.seq)) this.#seenInRange++;
    if (message.seq > (this.#archive.manifest?.state?.lastSeq ?? MAX_SEQUENCE)) this.#seenBehind++;
  }
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
