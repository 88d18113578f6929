/**
 * The fields of a header block as text: a line `NATS/1.0`, then lines `Name: value`, in their order. A name may come
 * more than once; blanks around a value do not count. Lines without a colon are passed over.
 */
export function headerFields(block: string): (readonly [name: string, value: string])[] {
  const fields: (readonly [string, string])[] = [];
  for (const line of block.split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.push([line.slice(0, colon), line.slice(colon + 1).trim()]);
  }
  return fields;
}
