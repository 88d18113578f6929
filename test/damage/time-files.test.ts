import { join } from 'node:path';
import { describe, it } from 'vitest';
import { copyOf, editFile, expectFindings } from '../support/damage.ts';

const STREAMS = '2.14.5-full/store/jetstream/$G/streams';
const STAMP_AT = 9;

/** A stamp of one message earlier, as when the server was killed between the message and this file. */
function setBack(path: string, file: string): bigint {
  let lastSeq = 0n;
  editFile(join(path, file), (bytes) => {
    lastSeq = bytes.readBigUInt64LE(STAMP_AT) - 1n;
    bytes.writeBigUInt64LE(lastSeq, STAMP_AT);
    return bytes;
  });
  return lastSeq;
}

describe('a time file', () => {
  it('of before the last message', async () => {
    const ttl = copyOf(`${STREAMS}/TTL`);
    const lastTtl = setBack(ttl, 'msgs/thw.db');
    await expectFindings(ttl, 0, [
      {
        code: 'THW_STALE',
        severity: 'info',
        stream: 'TTL',
        file: 'msgs/thw.db',
        data: { stamp: lastTtl, last_seq: lastTtl },
      },
    ]);
    const sched = copyOf(`${STREAMS}/SCHED`);
    const lastSched = setBack(sched, 'msgs/sched.db');
    await expectFindings(sched, 0, [
      {
        code: 'SCHED_STALE',
        severity: 'info',
        stream: 'SCHED',
        file: 'msgs/sched.db',
        data: { stamp: lastSched, last_seq: lastSched },
      },
    ]);
  });

  it('that schedules a message without a schedule', async () => {
    const path = copyOf(`${STREAMS}/SCHED`);
    editFile(join(path, 'msgs/sched.db'), (bytes) => {
      // The last entry ends in its sequence, one byte: 7 is a message without a schedule.
      bytes[bytes.length - 1] = 7;
      return bytes;
    });
    await expectFindings(path, 1, [
      {
        code: 'SCHED_DIFFERS',
        severity: 'warning',
        stream: 'SCHED',
        file: 'msgs/sched.db',
        seq: 7n,
        data: { without_header: 1n },
      },
    ]);
  });
});
