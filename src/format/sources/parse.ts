import { Cursor } from '../../core/bytes/cursor.ts';
import { failed, ok, type Result } from '../../core/result.ts';
import type { Fault } from '../../findings/finding.ts';

/** How far a stream has copied one of its sources. */
export interface SourcePosition {
  /** `SRC FILTER DEST`, as the server composes it. */
  readonly name: Uint8Array;
  readonly seq: bigint;
  readonly ident: Uint8Array;
}

const VERSION = 1;

/** Reads sources.db of 2.15 (server: writeSourcesState). */
export function parseSources(bytes: Uint8Array): Result<readonly SourcePosition[], Fault> {
  const cursor = new Cursor(bytes);
  const version = cursor.u8();
  const count = cursor.u64();
  cursor.u64();
  if (version !== VERSION || count * 3n > BigInt(cursor.remainingBytes))
    return failed({ code: 'SOURCES_CORRUPT', offsetBytes: 0 });
  const positions: SourcePosition[] = [];
  for (let i = 0n; i < count && !cursor.isShort; i++)
    positions.push({
      name: cursor.borrow(cursor.count()),
      seq: cursor.uvarint(),
      ident: cursor.borrow(cursor.count()),
    });
  return cursor.isShort ? failed({ code: 'SOURCES_CORRUPT', offsetBytes: bytes.length }) : ok(positions);
}
