/** What a report tells of the sequences of a stream; null where nothing is known. */
interface Sequences {
  readonly messages: number | bigint | null;
  readonly first_seq: bigint | null;
  readonly last_seq: bigint | null;
}

/** `2-172`; of a stream without a message `none, last 172`, a dash where it never had one. */
export function sequencesText({ messages, first_seq: first, last_seq: last }: Sequences): string {
  if (messages === null || last === null) return '-';
  if (BigInt(messages) > 0n) return `${first}-${last}`;
  return BigInt(last) === 0n ? '-' : `none, last ${last}`;
}
