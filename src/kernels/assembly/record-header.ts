// The header block of a record: whether it is one, and whether it asks for a TTL or a schedule.
import {
  KIND_HEADER_END,
  KIND_HEADER_LENGTH,
  KIND_HEADER_PREFIX,
  pushSchedule,
  pushTtl,
} from './scan-columns';

export const SOUND: u64 = u64.MAX_VALUE;

/** `NATS/1.0`, what a header block begins with; CR LF CR LF, what it ends with. */
const PREFIX: u64 = 0x302e312f5354414e;
const BLANK_LINE: u32 = 0x0a0d0a0d;
/** `Nats-TTL`, and the first eight letters of `Nats-Schedule`. */
export const TTL_NAME: u64 = 0x4c54542d7374614e;
export const SCHEDULE_NAME: u64 = 0x6863532d7374614e;
export const LINE_FEED: u8 = 0x0a;
const COLON: u8 = 0x3a;
/** `edul`, `e:` */
const SCHEDULE_REST: u32 = 0x6c756465;
const SCHEDULE_END: u16 = 0x3a65;

/** What is wrong with a header of `bytes`, for which there is `room`. */
export function headerFault(header: usize, bytes: usize, room: usize): u64 {
  if (bytes > room) return KIND_HEADER_LENGTH;
  if (bytes < 12 || load<u64>(header) != PREFIX) return KIND_HEADER_PREFIX;
  return load<u32>(header + bytes - 4) == BLANK_LINE ? SOUND : KIND_HEADER_END;
}

/** Puts down the sequence where a line begins with `Nats-TTL:` or `Nats-Schedule:`. */
export function findHeaders(
  seq: u64,
  header: usize,
  bytes: usize,
  wantsTtl: bool,
  wantsSchedule: bool,
): void {
  const stop = header + bytes;
  let ttl = false;
  let schedule = false;
  for (let line = header; line + 10 < stop; line++) {
    if (load<u8>(line) != LINE_FEED) continue;
    const name = load<u64>(line, 1);
    if (name == TTL_NAME) ttl = ttl || load<u8>(line, 9) == COLON;
    else if (name == SCHEDULE_NAME && line + 15 < stop)
      schedule = schedule || (load<u32>(line, 9) == SCHEDULE_REST && load<u16>(line, 13) == SCHEDULE_END);
  }
  if (ttl && wantsTtl) pushTtl(seq);
  if (schedule && wantsSchedule) pushSchedule(seq);
}
