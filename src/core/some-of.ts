/** `A, B, C`, and of more than `most` how many they are: `A, B and 7 more`. */
export function someOf(texts: readonly string[], most: number, between = ', '): string {
  const more = texts.length - most;
  return `${texts.slice(0, most).join(between)}${more > 0 ? ` and ${more} more` : ''}`;
}
