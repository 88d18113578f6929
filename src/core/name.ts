/** Whether a name fits a pattern in which `*` stands for any run of characters. */
export function matchesName(pattern: string, name: string): boolean {
  const parts = pattern.split('*');
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (parts.length === 1) return name === pattern;
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length)
    return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= name.length - last.length;
}

/** Whether servers take a text as a stream's name (format/README.md; server: isValidName). */
export function isStreamName(name: string): boolean {
  const lengthBytes = new TextEncoder().encode(name).length;
  // oxlint-disable-next-line no-control-regex
  return lengthBytes > 0 && lengthBytes <= 255 && !/[\s.*>\\/\x00-\x1f\x7f]/.test(name);
}

/** A stream's name as texts have it, also where nothing tells one. */
export function nameText(name: string): string {
  return name === '' ? '(no name)' : name;
}
