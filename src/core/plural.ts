/** `1 message`, `2 messages`; `text`: the count as it is to be written. */
export function plural(count: number | bigint, noun: string, text = String(count)): string {
  return `${text} ${noun}${Number(count) === 1 ? '' : 's'}`;
}
