// The header block of a record: whether it is one, and whether it asks for a TTL or a schedule.
import {
  KIND_HEADER_END,
  KIND_HEADER_LENGTH,
  KIND_HEADER_PREFIX,
  pushSchedule,
  pushTtl,
} from './scan-columns';

export const SOUND: u64 = u64.MAX_VALUE;

/** What is wrong with a header of `bytes`, for which there is `room`. */
export function headerFault(header: usize, bytes: usize, room: usize): u64 {
  if (bytes > room) return KIND_HEADER_LENGTH;
  if (bytes < 12 || load<u64>(header) != 0x302e312f5354414e) return KIND_HEADER_PREFIX;
  return load<u32>(header + bytes - 4) == 0x0a0d0a0d ? SOUND : KIND_HEADER_END;
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
    if (load<u8>(line) != 0x0a) continue;
    const name = load<u64>(line, 1);
    if (name == 0x4c54542d7374614e) ttl = ttl || load<u8>(line, 9) == 0x3a;
    else if (name == 0x6863532d7374614e && line + 15 < stop)
      schedule = schedule || (load<u32>(line, 9) == 0x6c756465 && load<u16>(line, 13) == 0x3a65);
  }
  if (ttl && wantsTtl) pushTtl(seq);
  if (schedule && wantsSchedule) pushSchedule(seq);
}
