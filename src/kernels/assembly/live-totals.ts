// The totals of a scan again, of those messages that somebody holds to be live.
import { LIVE } from './memory';

/** The totals again, of the messages with sequences that scanLive was given. */
export let liveMessages: f64 = 0;
export let liveBytes: f64 = 0;
export let liveFirstSeq: u64 = 0;
export let liveLastSeq: u64 = 0;
export let liveFirstTime: i64 = 0;
export let liveLastTime: i64 = 0;
export let liveDigest: u64 = 0;
/** The pair at hand, and where the next ones are. */
let liveFrom: u64 = 0;
let liveTo: u64 = 0;
let liveNext: usize = LIVE;
let liveEnd: usize = LIVE;
export let wantsLive: bool = false;

export function forgetLive(): void {
  wantsLive = false;
}

/** Behind scanStart: the pairs at LIVE, ascending, tell which messages are added up as live. */
export function scanLive(pairs: u32): void {
  wantsLive = true;
  liveMessages = 0;
  liveBytes = 0;
  liveFirstSeq = 0;
  liveLastSeq = 0;
  liveFirstTime = 0;
  liveLastTime = 0;
  liveDigest = 0;
  liveFrom = 0;
  liveTo = 0;
  liveNext = LIVE;
  liveEnd = LIVE + <usize>pairs * 16;
}

/** Sequences rise from one call to the next. */
export function countLive(seq: u64, time: i64, length: usize, subjectMix: u64): void {
  while (seq > liveTo) {
    if (liveNext == liveEnd) return;
    liveFrom = load<u64>(liveNext);
    liveTo = load<u64>(liveNext, 8);
    liveNext += 16;
  }
  if (seq < liveFrom) return;
  if (liveMessages == 0) {
    liveFirstSeq = seq;
    liveFirstTime = time;
  }
  liveMessages++;
  liveBytes += <f64>length;
  liveLastSeq = seq;
  liveLastTime = time;
  liveDigest += subjectMix;
}
