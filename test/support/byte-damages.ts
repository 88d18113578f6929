import type { Random } from './random.ts';

/** The bytes that a damage hit: from, to. */
export type Hit = readonly [from: number, to: number];

/** A flipped bit, other bytes, a zeroed page, a cut, bytes that are gone, bytes that were put in: at an offset, or around it. */
export const BYTE_DAMAGES: readonly ((
  bytes: Buffer,
  at: number,
  random: Random,
) => readonly [Buffer, Hit])[] = [
  (bytes, at, random) => {
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
    return [bytes, [at, at + 1]];
  },
  (bytes, at, random) => {
    const end = Math.min(bytes.length, at + 1 + random.below(64));
    for (let i = at; i < end; i++) bytes[i] = random.below(256);
    return [bytes, [at, end]];
  },
  (bytes, at) => {
    const from = at - (at % 512);
    const end = Math.min(bytes.length, from + 512);
    bytes.fill(0, from, end);
    return [bytes, [from, end]];
  },
  (bytes, at) => [bytes.subarray(0, at), [at, bytes.length]],
  (bytes, at, random) => {
    const end = Math.min(bytes.length, at + 1 + random.below(40));
    return [Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]), [at, end]];
  },
  (bytes, at, random) => {
    const more = Buffer.alloc(1 + random.below(40), random.below(256));
    return [Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]), [at, at + 1]];
  },
];
