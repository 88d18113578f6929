// What tells the head of a message from bytes that only look like one, where no checksum vouches for it: chance rarely keeps
// within these limits, and real messages always do. kernels/assembly/plausible.ts holds the same numbers.

/** 1999, ns since 1970: no message of a server, the first of which is of 2010, is so old. */
export const EARLIEST_NS = 0x0d00000000000000n;

/** 2116, ns since 1970: as a varint, times up to here take nine bytes, like all since 1999. */
export const LATEST_NS = 0x4000000000000000n;

/** A stream that takes a million messages a second gets here in two thousand years. */
export const HIGHEST_FIRST_SEQ = 0xffffffffffffffn;

/** From one message to the next: a million a second for twelve days, of which none is left. */
export const FURTHEST_JUMP = 0x10000000000n;

/** No server takes a longer one unless its `max_control_line` is raised (4096 bytes, in which more than the subject stands). */
export const MOST_SUBJECT_BYTES = 4096;

/** Whether a message may be of this time, ns since 1970. */
export function isPlausibleTime(timeNs: bigint): boolean {
  return timeNs >= EARLIEST_NS && timeNs <= LATEST_NS;
}

/** Whether a subject holds no space and no control character; servers refuse to publish to others. */
export function isPlausibleSubject(subject: Uint8Array): boolean {
  return subject.every((byte) => byte > 0x20);
}
