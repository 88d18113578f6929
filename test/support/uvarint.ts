/** A number as Go writes it: seven bits a byte, the lowest first. */
export function uvarint(value: bigint | number): number[] {
  const rest = BigInt(value);
  return rest < 128n ? [Number(rest)] : [Number(rest & 127n) | 128, ...uvarint(rest >> 7n)];
}
