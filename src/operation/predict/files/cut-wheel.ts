import { Cursor } from '../../../core/bytes/cursor.ts';
import type { TtlWheel } from '../../../format/ttl-wheel/types.ts';
import { readEntry } from '../../../model/read-entry.ts';
import type { StreamArchive } from '../../../model/stream-archive.ts';
import { oncePer } from '../../../core/once-per.ts';
import { MOST_WHEEL_ENTRIES } from '../rules/memory-limits.ts';
import { entryAt } from '../../../container/entry.ts';

const VERSION = 1;

/** With as many entries as it claims. */
interface CutWheel extends TtlWheel {
  readonly count: bigint;
}

/**
 * What 2.11 takes from a thw.db that is cut (thw.Decode); null where it takes none. Of an entry that is cut it reads
 * sequence 0, of those behind it also time 0.
 */
export const cutWheel = oncePer(({ parts }: StreamArchive): CutWheel | null => {
  const file = entryAt(parts, 'msgs/thw.db');
  return file === undefined ? null : readCutWheel(readEntry(file) ?? new Uint8Array(0));
});

/** Whether 2.11 does not come back from reading it. */
export function isEndlessWheel(archive: StreamArchive): boolean {
  const cut = archive.ttlWheel === null ? cutWheel(archive) : null;
  return cut !== null && cut.count > MOST_WHEEL_ENTRIES;
}

function readCutWheel(bytes: Uint8Array): CutWheel | null {
  const cursor = new Cursor(bytes);
  const [version, count, stamp] = [cursor.u8(), cursor.u64(), cursor.u64()];
  if (cursor.isShort || version !== VERSION) return null;
  const entries: { readonly seq: bigint; readonly expiresNs: bigint }[] = [];
  for (let i = 0n; i < count && !cursor.isShort; i++) {
    const expiresNs = cursor.varint();
    const isTimed = !cursor.isShort;
    const seq = cursor.uvarint();
    entries.push(cursor.isShort ? { seq: 0n, expiresNs: isTimed ? expiresNs : 0n } : { seq, expiresNs });
    if (cursor.isShort && i + 1n < count) entries.push({ seq: 0n, expiresNs: 0n });
  }
  return {
    count,
    stamp,
    seqs: BigUint64Array.from(entries.map(({ seq }) => seq)),
    expiresNs: BigInt64Array.from(entries.map(({ expiresNs }) => expiresNs)),
  };
}
