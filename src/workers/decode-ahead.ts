import { framingFaults, openSource } from '../container/open-source.ts';
import type { DecodeJob, DecodeResult } from './jobs.ts';

/** Decoded bytes that are made at a time: a few S2 chunks. */
export const PIECE_BYTES: number = 4 * 1024 * 1024;
/** Pieces that are held: so many are decoded in front of the reader. */
export const RING_PIECES = 6;

/** Places in the shared numbers: which piece is the next, what the reader is done with, whether it has given up. */
export const NEXT = 0;
export const CONSUMED = 1;
export const IS_ENDED = 2;
/** From here on, for each slot of the ring: 1 + the piece that lies in it; negative where it could not be read. */
export const SLOTS = 3;

/** Threads look up this often whether the reader is still there. */
const PATIENCE_MS = 1000;

/** Decodes pieces of a stream into a ring, in turn with other threads, until the reader has all or ends it. */
export function decodeAhead({ source, ring, numbers }: DecodeJob): DecodeResult {
  const stream = openSource(source);
  try {
    const pieces = Math.ceil(stream.sizeBytes / PIECE_BYTES);
    for (;;) {
      const piece = Atomics.add(numbers, NEXT, 1);
      if (piece >= pieces || !hasSlot(numbers, piece)) break;
      const slot = piece % RING_PIECES;
      const isRead = tryTo(() =>
        stream.read(ring.subarray(slot * PIECE_BYTES, (slot + 1) * PIECE_BYTES), piece * PIECE_BYTES),
      );
      Atomics.store(numbers, SLOTS + slot, isRead ? piece + 1 : -1 - piece);
      Atomics.notify(numbers, SLOTS + slot);
    }
    return { kind: 'decode', faults: [...framingFaults(stream)] };
  } finally {
    stream.close();
  }
}

/** Waits until the reader is done with the piece that lay in the slot before; false where it wants no more. */
function hasSlot(numbers: Int32Array, piece: number): boolean {
  for (;;) {
    if (Atomics.load(numbers, IS_ENDED) === 1) return false;
    const consumed = Atomics.load(numbers, CONSUMED);
    if (piece - consumed < RING_PIECES) return true;
    Atomics.wait(numbers, CONSUMED, consumed, PATIENCE_MS);
  }
}

/** What the system refuses the reader meets itself, when it reads the same bytes. */
function tryTo(read: () => void): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}
