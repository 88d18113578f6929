import type { Fault } from '../findings/finding.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { framingFaults } from './open-source.ts';
import { REST, V2_MAGIC, type V2Rest } from './v2-entry.ts';

const WINDOW_BYTES = 1024 * 1024;

/** Bytes of a V2 body, counted from its start: what lies behind the magic. */
export type BodyRange = readonly [fromBytes: number, toBytes: number];

/** What lies in chunks that do not decode to what they held, as far as the body was read; in order. */
export function damagedSoFar(body: ByteSource): BodyRange[] {
  return framingFaults(body)
    .flatMap(stretchOf)
    .toSorted(([a], [b]) => a - b);
}

/** The same of the whole body: reads everything once, and rests behind each window. */
export function* damagedStretches(body: ByteSource): Generator<V2Rest, BodyRange[]> {
  const window = new Uint8Array(WINDOW_BYTES);
  for (let at = 0; at < body.sizeBytes; at += WINDOW_BYTES) {
    body.read(window, at);
    yield REST;
  }
  return damagedSoFar(body);
}

function stretchOf({ data }: Fault): BodyRange[] {
  if (data?.['decoded_offset'] === undefined) return [];
  const from = Number(data['decoded_offset']) - V2_MAGIC.length;
  return [[Math.max(0, from), Math.max(0, from + Number(data['decoded_length']))]];
}
