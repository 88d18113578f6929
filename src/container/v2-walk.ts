import { Cursor } from '../core/bytes/cursor.ts';
import type { Fault } from '../findings/finding.ts';
import type { ByteSource } from '../source/byte-source.ts';

/*
 * V2 archive behind its magic (format.md 8.4):
 *   entry := nameLen:uvarint time:varint seq:uvarint headerLen:uvarint payloadLen:uvarint name header payload
 *   state.json, then as many consumers as it says, then messages in rising sequence, then an entry of five zero bytes
 */

export interface V2WalkMessage {
  readonly offsetBytes: number;
  readonly subject: Uint8Array;
  readonly timeNs: bigint;
  readonly seq: bigint;
  readonly header: Uint8Array;
  readonly payload: Uint8Array;
}

/** What the walk meets. Bytes are borrowed: they hold until the call returns. */
export interface V2Visitor {
  /** Gives the number of consumer entries that the state promises. */
  onState(payload: Uint8Array): number;
  onConsumer(entryName: string, payload: Uint8Array): void;
  /** Gives whether to go on. */
  onMessage(message: V2WalkMessage): boolean;
}

export interface V2WalkResult {
  /** Offsets count from the start of the body. */
  readonly faults: readonly Fault[];
}

const WINDOW_BYTES = 1024 * 1024;
const MAX_HEAD_BYTES = 50;
const MAX_NAME_BYTES = 1024 * 1024; // server: archive reader's name limit
const MAX_CONTENT_BYTES = 96 * 1024 * 1024;

/** Walks a V2 body from its first entry to its end mark, in bounded memory. */
export function walkV2(source: ByteSource, visitor: V2Visitor): V2WalkResult {
  return new V2Walker(source, visitor).walk();
}

interface EntryHead {
  readonly nameBytes: number;
  readonly timeNs: bigint;
  readonly seq: bigint;
  readonly headerBytes: number;
  readonly payloadBytes: number;
  readonly lengthBytes: number;
}

class V2Walker {
  readonly #source: ByteSource;
  readonly #visitor: V2Visitor;
  readonly #faults: Fault[] = [];
  #window = new Uint8Array(WINDOW_BYTES);
  #from = 0;
  #filled = 0;
  #consumersLeft = -1;
  #consumersPromised = 0;
  #lastSeq = 0n;
  #isStopped = false;

  constructor(source: ByteSource, visitor: V2Visitor) {
    this.#source = source;
    this.#visitor = visitor;
  }

  walk(): V2WalkResult {
    let at = 0;
    while (!this.#isStopped) {
      if (at >= this.#source.sizeBytes) return this.#stop({ code: 'V2_SENTINEL_MISSING', offsetBytes: at });
      const head = this.#readHead(at);
      if ('code' in head) return this.#stop(head);
      const contentAt = at + head.lengthBytes;
      const contentBytes = head.nameBytes + head.headerBytes + head.payloadBytes;
      if (isSentinel(head)) return this.#finish(contentAt);
      if (contentAt + contentBytes > this.#source.sizeBytes)
        return this.#stop({
          code: 'V2_CUT',
          offsetBytes: at,
          data: { expected: contentBytes, remaining: this.#source.sizeBytes - contentAt },
        });
      const fault = this.#visit(at, head, this.#bytes(contentAt, contentBytes));
      if (fault !== null) return this.#stop(fault);
      at = contentAt + contentBytes;
    }
    return { faults: this.#faults };
  }

  #stop(fault: Fault): V2WalkResult {
    this.#faults.push(fault);
    return { faults: this.#faults };
  }

  #finish(end: number): V2WalkResult {
    if (this.#consumersLeft < 0) this.#faults.push({ code: 'V2_STATE_MISSING', offsetBytes: 0 });
    if (this.#consumersLeft > 0) this.#missConsumers(end);
    if (end < this.#source.sizeBytes)
      this.#faults.push({ code: 'V2_TRAILING_DATA', offsetBytes: end, lengthBytes: this.#source.sizeBytes - end });
    return { faults: this.#faults };
  }

  #missConsumers(at: number): void {
    const found = this.#consumersPromised - this.#consumersLeft;
    this.#faults.push({
      code: 'V2_CONSUMER_MISSING',
      offsetBytes: at,
      data: { promised: this.#consumersPromised, found },
    });
    this.#consumersLeft = 0;
  }

  #readHead(at: number): EntryHead | Fault {
    const bytes = this.#bytes(at, Math.min(MAX_HEAD_BYTES, this.#source.sizeBytes - at));
    const cursor = new Cursor(bytes);
    const head = {
      nameBytes: cursor.count(),
      timeNs: cursor.varint(),
      seq: cursor.uvarint(),
      headerBytes: cursor.count(),
      payloadBytes: cursor.count(),
    };
    if (cursor.isShort)
      return { code: bytes.length < MAX_HEAD_BYTES ? 'V2_CUT' : 'V2_ENTRY_CORRUPT', offsetBytes: at };
    if (head.nameBytes > MAX_NAME_BYTES || head.headerBytes + head.payloadBytes > MAX_CONTENT_BYTES)
      return { code: 'V2_ENTRY_CORRUPT', offsetBytes: at, data: { name_bytes: head.nameBytes, payload_bytes: head.payloadBytes } };
    return { ...head, lengthBytes: cursor.offsetBytes };
  }

  /** Entries are told apart by their place, never by name: a subject may look like `state.json`. */
  #visit(at: number, head: EntryHead, content: Uint8Array): Fault | null {
    const name = content.subarray(0, head.nameBytes);
    const payload = content.subarray(head.nameBytes + head.headerBytes);
    if (this.#consumersLeft < 0) {
      const isState = head.seq === 0n && new TextDecoder().decode(name) === 'state.json';
      if (!isState) return { code: 'V2_STATE_MISSING', offsetBytes: at };
      this.#consumersPromised = this.#visitor.onState(payload);
      this.#consumersLeft = this.#consumersPromised;
      return null;
    }
    if (head.seq === 0n) {
      if (this.#consumersLeft === 0) return { code: 'V2_ENTRY_CORRUPT', offsetBytes: at, data: { what: 'an entry without sequence' } };
      this.#consumersLeft--;
      this.#visitor.onConsumer(new TextDecoder().decode(name), payload);
      return null;
    }
    if (this.#consumersLeft > 0) this.#missConsumers(at);
    if (head.seq <= this.#lastSeq)
      this.#faults.push({ code: 'V2_SEQUENCE_ORDER', offsetBytes: at, seq: head.seq, data: { before: this.#lastSeq } });
    else this.#lastSeq = head.seq;
    const header = content.subarray(head.nameBytes, head.nameBytes + head.headerBytes);
    const { timeNs, seq } = head;
    this.#isStopped = !this.#visitor.onMessage({ offsetBytes: at, subject: name, timeNs, seq, header, payload });
    return null;
  }

  /** A view of `lengthBytes` at `at`, through a window that grows only for an entry that is longer. */
  #bytes(at: number, lengthBytes: number): Uint8Array {
    if (at < this.#from || at + lengthBytes > this.#from + this.#filled) {
      if (lengthBytes > this.#window.length) this.#window = new Uint8Array(lengthBytes);
      this.#from = at;
      this.#filled = this.#source.read(this.#window, at);
    }
    const from = at - this.#from;
    return this.#window.subarray(from, from + lengthBytes);
  }
}

function isSentinel(head: EntryHead): boolean {
  return head.nameBytes === 0 && head.timeNs === 0n && head.seq === 0n && head.headerBytes === 0 && head.payloadBytes === 0;
}
