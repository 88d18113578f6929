import { Cursor } from '../core/bytes/cursor.ts';

/*
 * V2 archive behind its magic (README.md):
 *   entry := nameLen:uvarint time:varint seq:uvarint headerLen:uvarint payloadLen:uvarint name header payload
 *   state.json, then as many consumers as it says, then messages in rising sequence, then an entry of five zero bytes
 */

/** What a V2 archive begins with. */
export const V2_MAGIC = 'NATSARC1';

/** A message of a V2 archive; `offsetBytes` counts from behind the magic. */
export interface V2WalkMessage {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  readonly subject: Uint8Array;
  readonly timeNs: bigint;
  readonly seq: bigint;
  readonly header: Uint8Array;
  readonly payload: Uint8Array;
}

/** What the walk meets, in the archive's order. Bytes are borrowed: they hold until the next step. */
export type V2Entry =
  | { readonly kind: 'state'; readonly payload: Uint8Array }
  | { readonly kind: 'consumer'; readonly name: string; readonly payload: Uint8Array }
  | { readonly kind: 'message'; readonly message: V2WalkMessage }
  | V2Rest;

/** Nothing yet: a long search goes on, and who walks may let others have a turn. */
export interface V2Rest {
  readonly kind: 'rest';
}

export const REST: V2Rest = { kind: 'rest' };

/** The longest head. */
export const MAX_HEAD_BYTES = 50;

/** What stands before an entry's name, header and payload. */
export interface V2EntryHead {
  readonly nameBytes: number;
  readonly timeNs: bigint;
  readonly seq: bigint;
  readonly headerBytes: number;
  readonly payloadBytes: number;
  readonly lengthBytes: number;
}

/** Reads the head of an entry; null where the bytes end before it does. */
export function parseV2Head(bytes: Uint8Array): V2EntryHead | null {
  const cursor = new Cursor(bytes);
  const head = {
    nameBytes: cursor.count(),
    timeNs: cursor.varint(),
    seq: cursor.uvarint(),
    headerBytes: cursor.count(),
    payloadBytes: cursor.count(),
  };
  return cursor.isShort ? null : { ...head, lengthBytes: cursor.offsetBytes };
}

/** The end mark: an entry of five zero bytes. */
export function isSentinel(head: V2EntryHead): boolean {
  return (
    head.nameBytes === 0 &&
    head.timeNs === 0n &&
    head.seq === 0n &&
    head.headerBytes === 0 &&
    head.payloadBytes === 0
  );
}
