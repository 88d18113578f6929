import { NS_PER_SECOND } from '../../core/time.ts';
import { headerValue } from './value.ts';

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};
const DURATION = /^\+?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;

/** How long a message lives by its own `Nats-TTL`, in ns; null: for ever, or as the stream has it (server: getMessageTTL). */
export function messageTtlNs(header: Uint8Array): bigint | null {
  const text = headerValue(header, 'Nats-TTL');
  if (text === null) return null;
  const seconds = /^\d{1,18}$/.test(text) ? BigInt(text) : durationSeconds(text);
  return seconds > 0n ? seconds * NS_PER_SECOND : null;
}

/** Whole seconds of a Go duration; 0n for anything else. */
function durationSeconds(text: string): bigint {
  if (!DURATION.test(text)) return 0n;
  let seconds = 0;
  for (const [, count, unit] of text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g))
    seconds += Number(count) * (UNIT_SECONDS[unit ?? ''] ?? 0);
  return BigInt(Math.floor(seconds));
}
