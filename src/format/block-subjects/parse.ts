import { Cursor } from '../../core/bytes/cursor.ts';
import { failed, ok, type Result } from '../../core/result.ts';
import type { Fault } from '../../findings/finding.ts';
import { STORE_FILE_MAGIC } from '../file-magic.ts';

/** One subject in a block, as `N.fss` of 2.9 lists it. */
export interface BlockSubject {
  readonly subject: Uint8Array;
  readonly messages: bigint;
  readonly firstSeq: bigint;
  readonly lastSeq: bigint;
}

const VERSION = 1;

/** Reads `N.fss`. A server that cannot use it makes it anew. */
export function parseBlockSubjects(bytes: Uint8Array): Result<readonly BlockSubject[], Fault> {
  const cursor = new Cursor(bytes);
  const magic = cursor.u8();
  const version = cursor.u8();
  const count = cursor.count();
  if (magic !== STORE_FILE_MAGIC || version !== VERSION || count * 4 > cursor.remainingBytes)
    return failed({ code: 'FSS_CORRUPT' });
  const subjects: BlockSubject[] = [];
  for (let i = 0; i < count && !cursor.isShort; i++)
    subjects.push({
      subject: cursor.borrow(cursor.count()),
      messages: cursor.uvarint(),
      firstSeq: cursor.uvarint(),
      lastSeq: cursor.uvarint(),
    });
  cursor.borrow(16);
  return cursor.isShort ? failed({ code: 'FSS_CORRUPT', offsetBytes: bytes.length }) : ok(subjects);
}
