import fc from 'fast-check';
import { v2Window } from '../../../src/kernels/index.ts';
import { uvarint } from '../../support/uvarint.ts';

const bytes = (most: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength: most });
const step = fc.oneof({ weight: 6, arbitrary: fc.constant(1n) }, fc.bigInt(2n, 5n), {
  weight: 1,
  arbitrary: fc.constantFrom(0n, 1n << 41n, 1n << 62n),
});
/** As it is written: twice the nanoseconds since 1970. */
const time = fc.oneof(fc.bigInt(0n, (1n << 64n) - 1n), {
  weight: 4,
  arbitrary: fc.bigInt(0x19n << 56n, (1n << 63n) - 1n).map((value) => value & ~1n),
});
const subject = fc.oneof(
  bytes(30),
  fc.stringMatching(/^[a-z.]{1,20}$/).map((text) => Buffer.from(text)),
);
/** How far its sequence lies above the one before; subject, header, payload, time. */
type V2Message = [bigint, Uint8Array, Uint8Array, Uint8Array, bigint];

/** Messages of a V2 archive, most of them ordinary. */
export const v2Messages: fc.Arbitrary<V2Message[]> = fc.array(
  fc.tuple(step, subject, bytes(8), bytes(60), time),
  { maxLength: 25 },
);

/** The messages as they lie in an archive, sequences above `lastSeq`. */
export function v2Bytes(messages: readonly V2Message[], lastSeq: bigint): Uint8Array {
  let seq = lastSeq;
  return Uint8Array.from(
    messages.flatMap(([more, name, header, payload, timeWord]) => {
      seq = (seq + more) & ((1n << 64n) - 1n);
      const numbers = [name.length, timeWord, seq, header.length, payload.length];
      return [...numbers.flatMap((number) => uvarint(BigInt(number))), ...name, ...header, ...payload];
    }),
  );
}

/** Bytes in kernel memory, at an offset of the window, with others behind them that must not be looked at. */
export function inWindow(bytes: Uint8Array, at: number): Uint8Array {
  const window = v2Window();
  window.set(bytes, at);
  window.fill(0x88, at + bytes.length, at + bytes.length + 64);
  return window.subarray(at, at + bytes.length);
}
