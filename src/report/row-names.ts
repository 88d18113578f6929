import { nameText } from '../core/name.ts';

/** A stream as a table names it. */
interface Row {
  readonly account: string | null;
  readonly name: string;
  readonly folder?: string;
}

/** The names of the rows of a table; where two streams have the same one, with the folder that one of them lies in. */
export function rowNames(rows: readonly Row[]): string[] {
  const counts = new Map<string, number>();
  const keyOf = ({ account, name }: Row): string => JSON.stringify([account, name]);
  for (const row of rows) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1);
  return rows.map((row) => {
    const name = nameText(row.name);
    return row.folder === undefined || counts.get(keyOf(row)) === 1 ? name : `${name} in ${row.folder}`;
  });
}
