import { Cursor } from '../../core/bytes/cursor.ts';
import { failed, ok, type Result } from '../../core/result.ts';
import type { Fault } from '../../findings/finding.ts';
import { readTimeFileHead } from '../time-file-head.ts';

/** How far a stream has copied one of its sources. */
export interface SourcePosition {
  /** `SRC FILTER DEST`, as the server composes it. */
  readonly name: Uint8Array;
  readonly seq: bigint;
  readonly ident: Uint8Array;
}

/** Reads sources.db of 2.15 (server: writeSourcesState). */
export function parseSources(bytes: Uint8Array): Result<readonly SourcePosition[], Fault> {
  const cursor = new Cursor(bytes);
  const head = readTimeFileHead(cursor, 3n);
  if (head === null) return failed({ code: 'SOURCES_CORRUPT', offsetBytes: 0 });
  const positions: SourcePosition[] = [];
  for (let i = 0; i < head.count && !cursor.isShort; i++)
    positions.push({
      name: cursor.borrow(cursor.count()),
      seq: cursor.uvarint(),
      ident: cursor.borrow(cursor.count()),
    });
  return cursor.isShort ? failed({ code: 'SOURCES_CORRUPT', offsetBytes: bytes.length }) : ok(positions);
}
